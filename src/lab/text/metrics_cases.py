"""Writes metrics_cases.json: what sacreBLEU says of made-up sentences (needs the package sacrebleu).

    python3 metrics_cases.py > metrics_cases.json
"""

import json
import random
import sys

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

PAIRS = [
    ("", ""),
    ("", "Ein Wort."),
    ("Ein Wort.", ""),
    ("Klicken Sie auf das Symbol.", "Klicken Sie auf das Symbol."),
    ("Klicken Sie auf OK.", "Klicken Sie auf die Schaltfläche OK."),
    ("Der Wert ist 3,5 oder 1.000.", "Der Wert beträgt 3,5 oder 1.000 ."),
    ("Seiten 12-15, a-b und x - y", "Seiten 12 - 15, a-b und x-y"),
    ("„Öffnen“ wählen (Strg+O).", "\"Öffnen\" wählen: Strg + O!"),
    ("größer &lt; kleiner &amp; gleich &quot;x&quot;", "größer < kleiner & gleich \"x\""),
    ("&amp;lt; bleibt", "< bleibt"),
    ("ein  doppelter\tAbstand\u00a0hier", "ein doppelter Abstand hier"),
    ("日本語の文章です。", "日本語の文です。"),
    ("Ein 😀 lacht", "Ein 😀😀 lacht laut"),
    ("a a a a a", "a a"),
    ("a a", "a a a a a"),
    ("eins zwei drei", "drei zwei eins"),
    ("%1 von %2 $(ARG1) <skipped> Ende", "%1 aus %2 $(ARG1) Ende"),
    ("...,,,--- 1.2.3,4", "... , , , --- 1.2.3,4"),
    ("x.y,z 1.a a.1 5- -5 é.é", "x . y , z 1.a a.1 5 - - 5 é . é"),
    ("Zeile eins-\u2028Zeile zwei", "Zeile eins Zeile zwei"),
    ("[Datei] {Bearbeiten} ~Ansicht `code` a/b a\\b c|d", "[Datei]{Bearbeiten}~Ansicht`code`a/b a\\b c | d"),
    ("it's the user's file, isn't it?", "it 's the users' file , is n't it ?"),
]
WORDS = ("der die das Datei Dokument öffnen schließen wählen . , - 3,5 12 Menü Format Seite "
         "Größe klicken Sie auf um zu \" „ “ ( ) %1").split()


def made_up(generator):
    reference = [generator.choice(WORDS) for _ in range(generator.randint(1, 25))]
    hypothesis = [word for word in reference if generator.random() < 0.8]
    for _ in range(generator.randint(0, 4)):
        hypothesis.insert(generator.randint(0, len(hypothesis)), generator.choice(WORDS))
    return " ".join(hypothesis), generator.choice([" ", "  "]).join(reference)


def main():
    generator = random.Random(7)
    pairs = PAIRS + [made_up(generator) for _ in range(60)]
    tokenizer, chrf = Tokenizer13a(), CHRF()
    cases = [{
        "hypothesis": hypothesis,
        "reference": reference,
        "tokens": tokenizer(hypothesis).split(),
        "bleu": sacrebleu.sentence_bleu(hypothesis, [reference]).score / 100,
        "chrf": chrf.sentence_score(hypothesis, [reference]).score / 100,
    } for hypothesis, reference in pairs]
    corpora = [{
        "first": first,
        "count": count,
        "bleu": BLEU().corpus_score(
            [a for a, _ in pairs[first:first + count]],
            [[b for _, b in pairs[first:first + count]]]).score / 100,
        "chrf": chrf.corpus_score(
            [a for a, _ in pairs[first:first + count]],
            [[b for _, b in pairs[first:first + count]]]).score / 100,
    } for first, count in [(0, len(pairs)), (3, 10), (13, 3), (22, 60), (0, 1), (1, 2)]]
    json.dump({"made_with": f"sacreBLEU {sacrebleu.__version__}", "sentences": cases,
               "corpora": corpora}, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
