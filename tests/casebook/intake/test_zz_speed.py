import json, time, os, collections
import psycopg
from casebook.intake import receive as R, statements
from casebook.intake.prepare import prepare
from casebook.intake.envelope import read
from casebook.models import Source
from casebook.playbooks.table import config_epoch
from django.db import connection

def batch(n, run, base, hosts):
    out=[]
    for i in range(n):
        k=base+i
        host=f"ws-{run}-{k % hosts if hosts else k}"
        out.append(json.dumps({"external_id":f"{run}-{k}","title":"t "+host,"severity":"high","rule":{"id":"b"},"techniques":["T1059.001"],"assets":[{"name":host}],
          "observables":[{"type":"ip","value":f"10.{k>>16&255}.{k>>8&255}.{k&255}"},{"type":"domain","value":f"d{k:x}.example.net"},{"type":"sha256","value":f"{k:064x}"},{"type":"url","value":f"http://d{k:x}.example.net/stage/{k:x}.bin"}],
          "raw":{"x":"x"*1000}}).encode())
    return out

def test_speed(committed):
    s=R.sender_of(Source.objects.get(slug="siem"), config_epoch=config_epoch())
    names={getattr(statements,n):n for n in dir(statements) if n.isupper()}
    spent=collections.Counter()
    orig=R._Transaction._run
    def timed(self, st, **v):
        t=time.perf_counter(); r=orig(self, st, **v); spent[names[st]]+=time.perf_counter()-t; return r
    if os.environ.get("PCM"):
        connection.cursor().execute("set plan_cache_mode="+os.environ["PCM"])
    for hosts in (200, 0):
        run=os.urandom(3).hex(); base=0
        for warm in (True, False):
            spent.clear(); prep=0; t0=time.perf_counter(); N=5 if warm else 40
            R._Transaction._run=timed
            for _ in range(N):
                t=time.perf_counter()
                items=[prepare(read(b),b,i) for i,b in enumerate(batch(100,run,base,hosts))]
                prep+=time.perf_counter()-t
                base+=100
                R.receive(s, items)
            total=time.perf_counter()-t0
            R._Transaction._run=orig
        print(f"\nhosts={hosts} {N*100/total:.0f}/s total {total:.2f} prep {prep:.2f}", {k:round(v/N*1000,1) for k,v in spent.most_common()}, "sum", round(sum(spent.values())/N*1000,1), "rest", round((total-prep-sum(spent.values()))/N*1000,1))
    # plans
    def explain(self, st, **v):
        if names[st] in WANT:
            enc={n: R._encode(x).decode() if isinstance(x,list) else x for n,x in v.items()}
            with connection.connection.cursor() as c:
                c.execute("explain (analyze, buffers off, costs on) "+st, self.who|enc)
                print("\n==", names[st]); print("\n".join(r[0] for r in c.fetchall()))
            if names[st]=="LINKS" or names[st]=="OPEN" : return []
        return orig(self, st, **v)
    WANT={"LINKS","LOOK","WORK","OPEN","CLAIM"}
    R._Transaction._run=explain
    items=[prepare(read(b),b,i) for i,b in enumerate(batch(100,run,base,0))]
    R.receive(s, items)
    R._Transaction._run=orig
