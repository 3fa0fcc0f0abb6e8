// Writes the page's files into one C++ source: each without comments and
// indentation, plain and compressed. No bundle; a module stays a module.
// Usage: node embed.mjs OUTPUT.cpp FILE...
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { gzipSync } from "node:zlib";
import { transformSync } from "esbuild";

const contentTypes = {
  "": "text/plain; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const loaders = { ".css": "css", ".js": "js", ".mjs": "js" };
/** Browsers that know import maps and `light-dark` know all of this. */
const target = "es2022";

const sha256 = (bytes, encoding) => createHash("sha256").update(bytes).digest(encoding);

/// Octal escapes end after three digits, so no byte runs into its neighbour.
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 96) {
    let line = "";
    for (const byte of bytes.subarray(at, at + 96)) {
      const printable =
        byte >= 32 && byte < 127 && !'"\\?'.includes(String.fromCharCode(byte));
      line += printable
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, "0")}`;
    }
    lines.push(`"${line}"`);
  }
  return `std::string_view{\n${lines.join("\n") || '""'}, ${bytes.length}}`;
}

/// Nothing but our own files runs or loads, and of inline scripts only those
/// that stand in the page now: its import map. Markup comes from lit alone.
function policyOf(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  const hashes = inline.map(([, text]) => ` 'sha256-${sha256(text, "base64")}'`);
  return [
    "default-src 'none'",
    `script-src 'self'${hashes.join("")}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html",
  ].join("; ");
}

function contentOf(file) {
  const bytes = readFileSync(file);
  const loader = loaders[extname(file)];
  if (!loader) return bytes;
  const minify = { loader, minify: true, legalComments: "none", charset: "utf8" };
  const { code } = transformSync(
    bytes.toString(),
    loader === "css" ? minify : { ...minify, target },
  );
  return Buffer.from(code);
}

function entry(file) {
  const type = contentTypes[extname(file)];
  if (!type) throw new Error(`${file}: no content type is known for this kind of file`);
  const plain = contentOf(file);
  const packed = gzipSync(plain, { level: 9 });
  packed[9] = 255; // The operating system's number, which would differ by machine.
  const gzip = packed.length < plain.length ? packed : Buffer.alloc(0);
  const policy = extname(file) === ".html" ? policyOf(plain.toString()) : "";
  const path = file === "index.html" ? "/" : `/${file}`;
  return `{"${path}", "${type}", "\\"${sha256(plain, "hex").slice(0, 32)}\\"",
${literal(plain)},
${literal(gzip)},
"${policy}"},`;
}

const [output, ...files] = process.argv.slice(2);
writeFileSync(
  output,
  `// Made by web/embed.mjs.
#include "web/embedded_assets.hpp"

namespace greenroom {

std::span<const net::asset> embedded_assets() {
  static constexpr net::asset assets[]{
${files.map(entry).join("\n")}
  };
  return assets;
}

} // namespace greenroom
`,
);
