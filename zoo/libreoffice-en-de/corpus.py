"""Parallel text from LibreOffice's help and interface, as Debian packages carry it (MPL-2.0).

Help pages of two languages have the same names, and their paragraphs the same ids; interface
strings are gettext catalogues. Everything is split by help page (interface strings by hash), so
that no page has sentences on both sides.

    corpus.py WORK [--language de]

Writes WORK/PART.{en,LANGUAGE,kind} for every part (see split) and WORK/sources.json, the packages'
versions.
"""

import argparse
import collections
import gettext
import hashlib
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import unicodedata

PARTS = ("train", "memory", "val", "test", "val-pages", "test-pages")
HELP = "usr/share/libreoffice/help"
PARAGRAPH = re.compile(r"^(par|hd)_id")
SHARES = {"test": 0.055, "val": 0.04}  # of the pages and of the interface strings
MAX_WORDS = 60


class Paragraphs(html.parser.HTMLParser):
    """The text of every paragraph that has an id.

    Spans of class "switchinline" hold variants for several systems side by side; the default one
    is kept, else the first.
    """

    VOID = {"br", "img", "input", "meta", "link", "hr", "col"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts = {}
        self.open = []  # (tag, kind, data)
        self.id = None
        self.pieces = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in self.VOID:
            if self.pieces is not None:
                self.pieces.append(" ")
            return
        kind = None
        name = attrs.get("id") or ""
        if self.pieces is None and PARAGRAPH.match(name):
            self.id, self.pieces, kind = name, [], "paragraph"
        elif self.pieces is not None and "switchinline" in (attrs.get("class") or ""):
            kind = "switch"
            self.open.append((tag, kind, [], self.pieces))
            self.pieces = []
            return
        elif self.open and self.open[-1][1] == "switch":
            self.open.append((tag, "variant", name, self.pieces))
            self.pieces = []
            return
        self.open.append((tag, kind, None, None))

    def handle_endtag(self, tag):
        if tag in self.VOID or not any(entry[0] == tag for entry in self.open):
            return
        while self.open:
            entry = self.open.pop()
            self.close(entry)
            if entry[0] == tag:
                return

    def close(self, entry):
        _, kind, data, outer = entry
        if kind == "paragraph":
            text = " ".join("".join(self.pieces).split())
            self.texts.setdefault(self.id, text)
            self.pieces = None
        elif kind == "variant":
            if self.open and self.open[-1][1] == "switch":
                self.open[-1][2].append((data, "".join(self.pieces)))
            self.pieces = outer
        elif kind == "switch":
            default = [text for name, text in data if name.startswith("default")]
            others = [text for name, text in data if not name.startswith("MAC")]
            chosen = (default or others or [text for _, text in data] or [""])[0]
            self.pieces = outer
            self.pieces.append(chosen)

    def handle_data(self, data):
        if self.pieces is not None:
            self.pieces.append(data)


def paragraphs(path):
    parser = Paragraphs()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.texts


def clean(text):
    return " ".join(text.replace("\u00ad", "").replace("\u200b", "").split())


# A keyboard mnemonic: a mark before a letter of a word, or, where words have no such letters (ja,
# ko, zh), in brackets behind them.
BRACKETED = re.compile(r"\s?\([~_]\w\)")
MARK = re.compile(r"[~_](?=\w)")
# A placeholder, or a word with parts of at least three letters.
IDENTIFIER = re.compile(r"(?:[%$]\w*_\w+|\b[^\W_]{3,}(?:_[^\W_]{3,})+\b)")


def clean_interface(source, target):
    """Both texts without the marks of mnemonics; identifiers such as file_name stay as they are.

    The mark's place differs from language to language, an identifier is the same in both.
    """
    same = set(IDENTIFIER.findall(source)) & set(IDENTIFIER.findall(target))

    def without_marks(text):
        parts, start = [], 0
        for match in IDENTIFIER.finditer(text):
            if match.group() in same:
                parts += [MARK.sub("", text[start:match.start()]), match.group()]
                start = match.end()
        return clean("".join(parts) + MARK.sub("", text[start:]))

    return tuple(without_marks(BRACKETED.sub("", text)) for text in (source, target))


# Behind an end mark comes a space, but for ideographic ones.
END = re.compile(r"(?<=[.!?:。！？：؟।])\s+|(?<=[。！？])(?=[^\s。！？」』）)])")
QUOTES = "\"„“(«「『¿¡"
SAME_MARK = str.maketrans("。！？：؟।", ".!?:?.")


def begins_sentence(text):
    """Whether text begins as sentences do: with a capital, a digit, or a letter without case."""
    first = text[1:2] if text[:1] and text[0] in QUOTES else text[:1]
    return first.isdigit() or first.isalpha() and not first.islower()


def sentences_of(text):
    found, start = [], 0
    for match in END.finditer(text):
        if begins_sentence(text[match.end():]):
            found.append(text[start:match.start()])
            start = match.end()
    return found + [text[start:]]


def width(text):
    """Its length; an ideograph says as much as two letters."""
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def sentences(source, target):
    """The sentences of a paragraph, where both sides split alike; else the paragraph."""
    a, b = sentences_of(source), sentences_of(target)
    if len(a) == len(b) and len(a) > 1:
        ends = all(x[-1:].translate(SAME_MARK) == y[-1:].translate(SAME_MARK) for x, y in zip(a, b))
        ratio = all(0.4 < (width(x) + 10) / (width(y) + 10) < 2.5 for x, y in zip(a, b))
        if ends and ratio:
            return list(zip(a, b))
    return [(source, target)]


def usable(source, target):
    if not source or not target:
        return False
    if not re.search(r"[A-Za-z]{2}", source) or not re.search(r"\w{2}", target):
        return False
    n, m = len(source.split()), len(target.split())
    if n > MAX_WORDS or m > MAX_WORDS or "\n" in source + target:
        return False
    return 0.33 < (width(source) + 15) / (width(target) + 15) < 3.0


def share_of(key):
    """A number in [0, 1) that depends on the key alone."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) / 16**12


def part_of(key):
    place = share_of(key)
    for part, share in SHARES.items():
        if place < share:
            return part
        place -= share
    return "train"


def help_pairs(source_root, target_root):
    """(page, source, target) of every aligned sentence."""
    for page in sorted(source_root.rglob("*.html")):
        name = page.relative_to(source_root)
        other = target_root / name
        if not other.exists():
            continue
        ours, theirs = paragraphs(page), paragraphs(other)
        for key, text in ours.items():
            if key not in theirs:
                continue
            for source, target in sentences(clean(text), clean(theirs[key])):
                if usable(source, target):
                    yield str(name), source, target


def interface_pairs(folder):
    """(key, source, target) of every interface string; singular forms only."""
    for path in sorted(folder.rglob("*.mo")):
        with path.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)._catalog
        for key, value in sorted(catalogue.items(), key=lambda item: str(item[0])):
            if not isinstance(key, str) or not key or not isinstance(value, str):
                continue
            source, target = clean_interface(key.split("\x04")[-1], value)
            if usable(source, target):
                yield source.lower(), source, target


def fetch(packages, folder):
    """Downloads and unpacks Debian packages; returns {name: version}."""
    downloads = folder / "packages"
    downloads.mkdir(parents=True, exist_ok=True)
    versions = {}
    for name in packages:
        found = sorted(downloads.glob(f"{name}_*.deb"))
        if not found:
            if subprocess.run(["apt-get", "download", name], cwd=downloads).returncode != 0:
                raise SystemExit(f"corpus.py: apt-get cannot download {name}: run apt-get update; "
                                 "is the language's code as in Debian's package names?")
            found = sorted(downloads.glob(f"{name}_*.deb"))
        target = folder / "unpacked" / name
        if not target.exists():
            partial = folder / "unpacked" / (name + ".part")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            subprocess.run(["dpkg-deb", "-x", str(found[-1]), str(partial)], check=True)
            partial.rename(target)
        versions[name] = subprocess.run(
            ["dpkg-deb", "-f", str(found[-1]), "Version"], check=True, capture_output=True,
            text=True).stdout.strip()
    return versions


def repeats_together(lines):
    """The lines by first appearance, each as often as it comes, so that a file packs well."""
    return list(collections.Counter(lines).elements())


def split(pairs):
    """Parts of (kind, key, source, target) lines: deduplicated, without leaks and boilerplate.

    Besides, "memory": all that stands on the pages of "train" but sources of val and test, as often
    as it stands there and what stays as it is ("OK") with it: a memory must know how often a
    sentence has which translation. "val-pages" and "test-pages": all that stands on the pages of
    these parts, as it stands there, with what is also on other pages. That is what who translates a
    new page has before him, and where a memory is worth something.
    """
    everything = pairs
    pairs = [pair for pair in everything if pair[2] != pair[3]]
    pages = collections.defaultdict(set)
    for kind, key, source, _ in pairs:
        pages[source].add((kind, key))
    parts = {"train": [], "val": [], "test": []}
    seen = set()
    for kind, key, source, target in pairs:
        if (source, target) in seen:
            continue
        seen.add((source, target))
        parts[part_of(f"{kind}:{key}")].append((kind, source, target))
    for part in ("val", "test"):
        kept, sources = [], set()
        for kind, source, target in parts[part]:
            if len(pages[source]) >= 3 or source in sources:
                continue  # boilerplate; a second translation of the same source
            sources.add(source)
            kept.append((kind, source, target))
        parts[part] = kept
    held = {source for _, source, _ in parts["test"]}
    parts["val"] = [line for line in parts["val"] if line[1] not in held]
    held |= {source for _, source, _ in parts["val"]}
    parts["train"] = [line for line in parts["train"] if line[1] not in held]
    parts["memory"] = repeats_together(
        (kind, source, target) for kind, key, source, target in everything
        if part_of(f"{kind}:{key}") == "train" and source not in held)
    for part in ("val", "test"):
        parts[f"{part}-pages"] = [(kind, source, target) for kind, key, source, target in pairs
                                  if part_of(f"{kind}:{key}") == part]
    return parts


def make(language, work):
    """Writes the parts (.en, .LANGUAGE, .kind) into `work`; returns package versions."""
    names = ["libreoffice-help-en-us", f"libreoffice-help-{language}",
             f"libreoffice-l10n-{language}"]
    versions = fetch(names, work)
    unpacked = work / "unpacked"
    root = unpacked / names[1] / HELP
    target = next(path for path in sorted(root.iterdir()) if (path / "text").is_dir()) / "text"
    pairs = [("help", *pair)
             for pair in help_pairs(unpacked / names[0] / HELP / "en-US" / "text", target)]
    pairs += [("interface", *pair) for pair in interface_pairs(unpacked / names[2])]
    parts = split(pairs)
    for part, lines in parts.items():
        for column, ending in enumerate(("kind", "en", language)):
            path = work / f"{part}.{ending}"
            partial = path.with_name(path.name + ".part")
            partial.write_text("".join(line[column] + "\n" for line in lines), encoding="utf-8")
            partial.rename(path)
    return versions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--language", default="de")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    versions = make(options.language, options.work)
    text = json.dumps({"language": options.language, "packages": versions}, indent=1) + "\n"
    (options.work / "sources.json").write_text(text, encoding="utf-8")
    for part in PARTS:
        lines = (options.work / f"{part}.kind").read_text(encoding="utf-8").splitlines()
        counts = collections.Counter(lines)
        print(f"{part}: {counts['help']} sentences of help, {counts['interface']} of interface")


if __name__ == "__main__":
    main()
