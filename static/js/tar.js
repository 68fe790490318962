// A tar of files in the browser, for sending a folder as one file with the paths in it. POSIX ustar, long paths as GNU does.
const BLOCK = 512;
const text = new TextEncoder();

const padding = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
const octal = (number, width) => number.toString(8).padStart(width - 1, "0");

function header(path, size, type) {
  const block = new Uint8Array(BLOCK);
  const put = (value, at, width) => block.set((typeof value === "string" ? text.encode(value) : value).subarray(0, width), at);
  put(path, 0, 100);
  put(octal(0o644, 8), 100, 8);
  put(octal(0, 8), 108, 8);
  put(octal(0, 8), 116, 8);
  put(octal(size, 12), 124, 12);
  put(octal(0, 12), 136, 12);
  put("        ", 148, 8);
  put(type, 156, 1);
  put("ustar\0" + "00", 257, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 7)}\0 `, 148, 8);
  return block;
}

function* entry(path, content) {
  const name = text.encode(path);
  if (name.length > 100) {
    const long = text.encode(`${path}\0`);
    yield* [header("././@LongLink", long.length, "L"), long, padding(long.length)];
  }
  yield* [header(name, content.size, "0"), content, padding(content.size)];
}

/** `files` as {path, content: Blob}; the Blob reads the contents only when it is sent. */
export function tarOf(files) {
  const parts = files.flatMap(({ path, content }) => [...entry(path, content)]);
  return new Blob([...parts, new Uint8Array(2 * BLOCK)], { type: "application/x-tar" });
}
