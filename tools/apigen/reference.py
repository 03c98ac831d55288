"""The reference: one HTML page, complete in itself, readable without a script."""
import html
import json
import re

from .check import PATTERNS

STYLE = """
:root{--ink:#1b1b1b;--dim:#5c5c5c;--line:#d9d9d9;--back:#fff;--code:#f4f3ef;--mark:#0a5c8a}
@media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--dim:#a5a19a;--line:#3c3a37;--back:#191817;--code:#242321;--mark:#74bde4}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:60em;margin:0 auto;padding:1.5em}nav{columns:20em;font-size:.92em;border:1px solid var(--line);padding:1em}
nav h2{font-size:1em;margin:0 0 .3em;border:0;padding:0}nav ul{margin:0 0 1em;padding:0;list-style:none;break-inside:avoid}
nav li{display:flex;gap:.5em}nav .method{flex:none}
a{color:var(--mark)}h1{font-size:1.8em}h2{border-top:2px solid var(--ink);padding-top:.6em;margin-top:2.5em}
h3{margin:2.4em 0 .3em;font-size:1.1em}h4{margin:1.2em 0 .3em;font-size:.95em}
code,pre{font:.88em/1.5 ui-monospace,monospace;background:var(--code);border-radius:3px}code{padding:.1em .25em}
pre{padding:.7em .9em;overflow:auto;max-height:30em}pre code{padding:0}
table{border-collapse:collapse;width:100%;font-size:.92em}td,th{text-align:left;vertical-align:top;padding:.3em .7em .3em 0;border-bottom:1px solid var(--line)}
td:first-child{white-space:nowrap}.dim{color:var(--dim)}.method{display:inline-block;min-width:4.2em;font-weight:700}
details{margin:.4em 0}summary{cursor:pointer}
"""


def esc(text):
    return html.escape(str(text), quote=True)


def prose(text):
    """Paragraphs, lists of lines that begin with "- ", **stress** and `code`."""
    out = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if all(line.lstrip().startswith("- ") or line.startswith("  ") for line in lines):
            items = re.split(r"(?:^|\n)\s*- ", block)[1:]
            out.append("<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>")
        else:
            out.append(f"<p>{inline(' '.join(line.strip() for line in lines))}</p>")
    return "".join(out)


def inline(text):
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", esc(text))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)


def kind(api, spec):
    """What a value may be, in a few words."""
    name, target = api.schema(spec)
    if target.get("type") == "array":
        return "array of " + kind(api, target["items"])
    if name:
        return f'<a href="#schema-{esc(name)}">{esc(name)}</a>'
    words = [target.get("type", "any value")]
    if "format" in target:
        words.append(f"({target['format']})")
    if isinstance(target.get("additionalProperties"), dict):
        return "object, any names, each " + kind(api, target["additionalProperties"])
    return esc(" ".join(words))


def bounds(spec):
    notes = []
    if "enum" in spec:
        notes.append("one of " + ", ".join(f"<code>{esc(v)}</code>" for v in spec["enum"]))
    if "pattern" in spec:
        notes.append(f"characters <code>{PATTERNS[spec['pattern']][1]}</code>")
    for low, high, unit in (("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"),
                            ("minimum", "maximum", "")):
        if low in spec and high in spec:
            notes.append(f"{spec[low]} to {spec[high]}{unit}")
        elif high in spec:
            notes.append(f"at most {spec[high]}{unit}")
        elif low in spec:
            notes.append(f"at least {spec[low]}{unit}")
    if "default" in spec:
        notes.append(f"<code>{esc(json.dumps(spec['default']))}</code> when absent")
    return notes


def notes_of(api, spec, required):
    target = api.schema(spec)[1]
    notes = ["<b>required</b>"] if required else []
    if spec.get("readOnly"):
        notes.append("only in answers")
    if spec.get("writeOnly"):
        notes.append("only in requests")
    if spec.get("nullable"):
        notes.append("may be null")
    notes += bounds(target)
    if "x-ringwright-ignored" in spec:
        notes.append("accepted without effect: " + inline(spec["x-ringwright-ignored"]))
    if "x-ringwright-refused" in spec:
        notes.append("refused: " + inline(spec["x-ringwright-refused"]))
    return "; ".join(notes)


def row(api, name, spec, required):
    target = api.schema(spec)[1]
    text = inline(spec.get("description", target.get("description", "")))
    notes = notes_of(api, spec, required)
    if notes:
        text += f'<br><span class="dim">{notes}</span>'
    return f"<tr><td><code>{esc(name)}</code></td><td>{kind(api, spec)}</td><td>{text}</td></tr>"


def members(api, spec):
    rows = [row(api, name, inner, name in spec.get("required", []))
            for name, inner in spec.get("properties", {}).items()]
    return "<table>" + "".join(rows) + "</table>" if rows else ""


def example(title, data):
    text = data if isinstance(data, str) else json.dumps(data, indent=2, ensure_ascii=False)
    return f"<details><summary>{esc(title)}</summary><pre><code>{esc(text)}</code></pre></details>"


def curl(op, attempt, bodies):
    path = op.path
    for name, value in attempt.get("path", {}).items():
        path = path.replace("{" + name + "}", str(value))
    if attempt.get("query"):
        path += "?" + "&".join(f"{name}={value}" for name, value in attempt["query"].items())
    parts = ["curl" + (f" -X {op.method}" if op.method not in ("GET", "POST") or not attempt.get("body") else ""),
             f"\"$URL{path}\""]
    if not op.open:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    for name, value in attempt.get("headers", {}).items():
        parts.append(f'-H "{name}: {value}"')
    if attempt.get("body"):
        body = bodies[attempt["body"]]
        if "form" in op.content()[0]:
            parts += [f"-d {name}={value}" for name, value in body.items()]
        elif "csv" in op.content()[0]:
            parts += ["-H 'Content-Type: text/csv'", f"--data-binary $'{json.dumps(body)[1:-1]}'"]
        else:
            parts += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    return " \\\n     ".join(parts)


def operation(api, op):
    spec, out = op.spec, []
    out.append(f'<h3 id="{esc(op.id)}"><span class="method">{op.method}</span> <code>{esc(op.path)}</code></h3>')
    out.append(f"<p><b>{inline(spec['summary'])}</b> <span class=dim>{esc(op.id)}</span></p>" + prose(spec["description"]))
    needs = []
    if op.open:
        needs.append("no token")
    if op.permissions:
        needs.append("permission " + " or ".join(f"<code>{esc(p)}</code>" for p in op.permissions))
    if op.scopes:
        needs.append("scope " + " or ".join(f"<code>{esc(s)}</code>" for s in op.scopes))
    if op.needs_user:
        needs.append("a token of a user")
    out.append(f"<p>Needs: {'; '.join(needs) or 'any token'}.</p>")
    parameters = [*op.path_parameters, *op.query, *op.headers]
    if parameters:
        out.append("<h4>Parameters</h4><table>")
        out += [row(api, p["name"], {**p["schema"], "description": p["description"]},
                    p["in"] != "path" and p.get("required")).replace("</code></td>", f"</code> <span class=dim>{p['in']}</span></td>", 1)
                for p in parameters]
        out.append("</table>")
    media_type, media = op.content()
    bodies = {}
    if media:
        name, target = api.schema(media["schema"])
        bodies = {n: api.resolve(e)["value"] for n, e in media.get("examples", {}).items()}
        link = f' as <a href="#schema-{esc(name)}">{esc(name)}</a>' if name else ""
        out.append(f"<h4>Body</h4><p class=dim>{esc(media_type)}{link}</p>" + members(api, target))
    out.append("<h4>Answers</h4><table>")
    for status, response in op.responses.items():
        content = response.get("content", {})
        shapes = ", ".join(kind(api, m["schema"]) for m in content.values())
        label = status if status != "default" else "otherwise"
        out.append(f"<tr><td>{label}</td><td>{shapes}</td><td>{inline(response['description'])}</td></tr>")
    out.append("</table>")
    for status, response in op.responses.items():
        for m in response.get("content", {}).values() if status != "default" else []:
            out += [example(f"{status}: {api.resolve(e)['summary']}", api.resolve(e)["value"])
                    for e in m.get("examples", {}).values()]
    out.append("<h4>To try</h4>")
    out += [f"<p>{inline(a['name'])} <span class=dim>answers {a['status']}</span></p><pre><code>{esc(curl(op, a, bodies))}</code></pre>"
            for a in op.tries]
    return "".join(out)


def page(api, catalogue):
    info = api.root["info"]
    by_tag = {tag["name"]: [op for op in api.operations if op.spec["tags"][0] == tag["name"]]
              for tag in api.root["tags"]}
    out = ['<!doctype html><html lang="en"><head><meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width,initial-scale=1">',
           f"<title>{esc(info['title'])}</title><style>{STYLE}</style></head><body><main>",
           f"<h1>{esc(info['title'])}</h1>", prose(info["description"]), "<nav>"]
    for tag, ops in by_tag.items():
        out.append(f"<h2>{esc(tag)}</h2><ul>")
        out += [f'<li><span class="method">{op.method}</span> <a href="#{esc(op.id)}">{esc(op.spec["summary"])}</a></li>' for op in ops]
        out.append("</ul>")
    out.append('<h2>Also</h2><ul><li><a href="#refusals">What a refusal looks like</a></li><li><a href="#schemas">Schemas</a></li><li><a href="#codes">Codes of errors</a></li></ul></nav>')
    for tag in api.root["tags"]:
        out.append(f'<h2 id="tag-{esc(tag["name"])}">{esc(tag["name"])}</h2>' + prose(tag["description"]))
        out += [operation(api, op) for op in by_tag[tag["name"]]]
    refusal = api.root["components"]["responses"]["Refusal"]["content"]["application/json"]["examples"]
    out.append('<h2 id="refusals">What a refusal looks like</h2>')
    out += [example(e["summary"], e["value"]).replace("<details>", "<details open>") for e in refusal.values()]
    out.append('<h2 id="schemas">Schemas</h2>')
    for name, spec in sorted(api.schemas.items()):
        out.append(f'<h3 id="schema-{esc(name)}">{esc(name)}</h3>' + prose(spec["description"]) + members(api, spec))
        if spec.get("type") != "object":
            out.append(f'<p>{kind(api, {k: v for k, v in spec.items()})}; {"; ".join(bounds(spec))}</p>')
    out.append('<h2 id="codes">Codes of errors</h2><p>Each has a page of its own with how to mend it.</p><table>')
    out += [f'<tr><td><a href="/docs/errors/{esc(e["code"])}"><code>{esc(e["code"])}</code></a></td>'
            f'<td>{catalogue.status[e["class"]] if e["class"] != "RW_OK" else "warning"}</td><td>{inline(e["title"])}</td></tr>' for e in catalogue.entries]
    out.append("</table></main></body></html>\n")
    return "\n".join(out)
