"""The forms of a case's verbs, each at `/cases/<ref>/do/<verb>/`: a dialog with htmx, a page without.

A refused form comes back with what was typed and who or what stood in the way; its version is the one the person looked
at, until they have seen the refusal.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from casebook.cases.access import fetch_for
from casebook.errors import Conflict, Invalid, NotFound
from casebook.models import Case
from casebook.web.guard import signed_in
from triage.web.sheet_verbs import SHEETS, Sheet


@require_http_methods(["GET", "POST"])
@signed_in("case.work")
def do(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """Show a verb's form, or do it."""
    sheet = SHEETS.get(verb)
    if sheet is None:
        raise NotFound
    case = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    if request.method == "POST":
        return _post(request, case, sheet)
    start = sheet.starts(case, request.actor, request.GET.dict())  # type: ignore[attr-defined]
    return _show(request, case, sheet, sheet.form(start))


def _post(request: HttpRequest, case: Case, sheet: Sheet) -> HttpResponse:
    data = request.POST.dict()
    if "as_last_time" in data:
        data |= sheet.filled(case)
    form = sheet.form(sheet.starts(case, request.actor), data)  # type: ignore[attr-defined]
    if not form.is_valid():
        return _show(request, case, sheet, form, status=422)
    given = dict(form.cleaned_data)
    version = given.pop("version")
    try:
        sheet.act(request.actor, case.ref, version, given)  # type: ignore[attr-defined]
    except (Invalid, Conflict) as refused:
        now = fetch_for(request.actor, case.ref)  # type: ignore[attr-defined]
        for name, said in refused.errors.items():
            if name in form.fields:
                form.add_error(name, said)
        # The next press is made having seen how the case stands now.
        form.data = data | {"version": str(now.version)}
        return _show(request, now, sheet, form, status=refused.status, problem=refused)
    messages.success(request, f"{case.ref}: {sheet.said}")
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": f"/cases/{case.ref}/"})
    return redirect(f"/cases/{case.ref}/")


def _show(request: HttpRequest, case: Case, sheet: Sheet, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"case": case, "sheet": sheet, "form": form} | sheet.beside(case) | more
    part = "#sheet" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"triage/sheet.html{part}", context, status=status)
