"""Tests of the recipe that need no network: python -m unittest discover zoo/libreoffice-en-de

Text, resuming and settings need only the standard library. Graphs need onnx and onnxruntime
(requirements.txt); comparing them with what was trained also needs a Python with PyTorch (the one
that runs the tests, else /usr/bin/python3). What is absent is skipped.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "build" / "release" / "rightsize"
sys.path.insert(0, str(HERE))

import corpus
import losses
import settings
from tasks import RecipeError, Runner, Task

try:
    import numpy
    import onnxruntime

    import export
    import manifest
    from sizes import SIZES
except ModuleNotFoundError as problem:
    GRAPHS_MISSING = f"the package {problem.name} is missing"
else:
    GRAPHS_MISSING = ""


def page(folder, name, paragraphs):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(f'<p id="{key}">{text}</p>' for key, text in paragraphs.items())
    path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")


class Losses(unittest.TestCase):
    """The losses that losses.py puts into translations."""

    def damaged(self, name, source, target):
        return [pair[1] for pair in losses.damaged([(source, target)], *losses.LOSSES[name])]

    def test_what_is_lost_is_lost_and_nothing_else(self):
        self.assertEqual(self.damaged("number: dropped", "Page 12", "Seite 12 hier"), ["Seite hier"])
        self.assertEqual(self.damaged("negation: lost", "It is not here.", "Es ist nicht hier."), ["Es ist hier."])
        self.assertEqual(self.damaged("negation: lost", "No file", "Keine Datei"), ["Eine Datei"])
        self.assertEqual(self.damaged("placeholder: dropped", "%s now", "jetzt %s"), ["jetzt"])
        changed = self.damaged("number: a digit changed", "Page 12", "Seite 12")[0]
        self.assertTrue(changed.startswith("Seite ") and changed != "Seite 12" and len(changed) == 8)

    def test_a_pair_without_the_part_is_left_alone(self):
        self.assertEqual(self.damaged("negation: lost", "It is here.", "Es ist nicht weg."), [])
        self.assertEqual(self.damaged("number: dropped", "Page", "Seite 1"), [])


class Text(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_paragraphs_are_aligned_by_page_and_id(self):
        page(self.folder / "a", "x/one.html", {"par_id1": "Open the file. Close it.", "par_id2": "Save it",
                                               "par_id3": "LibreOffice", "other": "No id of ours"})
        page(self.folder / "b", "x/one.html", {"par_id2": "Speichern Sie", "par_id3": "LibreOffice",
                                               "par_id1": "Datei öffnen. Schließen Sie sie."})
        page(self.folder / "a", "two.html", {"par_id1": "Only here"})
        pairs = list(corpus.help_pairs(self.folder / "a", self.folder / "b"))
        self.assertEqual(pairs, [("x/one.html", "Open the file.", "Datei öffnen."),
                                 ("x/one.html", "Close it.", "Schließen Sie sie."),
                                 ("x/one.html", "Save it", "Speichern Sie"),
                                 ("x/one.html", "LibreOffice", "LibreOffice")])

    def test_one_variant_of_a_switch_is_kept(self):
        switch = ('Choose <span class="switchinline"><span id="MAC1">Preferences</span>'
                  '<span id="default1"><b>Tools</b> - Options</span></span> now<br>please')
        page(self.folder, "p.html", {"par_id9": switch})
        self.assertEqual(corpus.paragraphs(self.folder / "p.html"),
                         {"par_id9": "Choose Tools - Options now please"})

    def test_marks_of_mnemonics_go(self):
        for source, target, want in [
                ("~Open...", "Öf~fnen…", ("Open...", "Öffnen…")),
                ("Cha_nge", "Ä_ndern", ("Change", "Ändern")),
                ("Ma_ximum", "Ma_ximum:", ("Maximum", "Maximum:")),
                ("_Open", "開く(_O)", ("Open", "開く")), ("~Print...", "列印(~P)...", ("Print...", "列印..."))]:
            with self.subTest(source=source):
                self.assertEqual(corpus.clean_interface(source, target), want)

    def test_identifiers_keep_their_underscores(self):
        for source, target in [("Adding %EXTENSION_NAME", "Füge %EXTENSION_NAME hinzu"),
                               ("Type sal_Int8 is_not_known", "Typ sal_Int8 ist unbekannt")]:
            with self.subTest(source=source):
                self.assertIn("_", corpus.clean_interface(source, target)[1])
        self.assertEqual(corpus.clean_interface("_Set file_name", "file_name _setzen"),
                         ("Set file_name", "file_name setzen"))

    def test_sentences_split_only_where_both_sides_do(self):
        split = corpus.sentences
        self.assertEqual(split("One is here. Two is there.", "Eins ist hier. Zwei ist dort."),
                         [("One is here.", "Eins ist hier."), ("Two is there.", "Zwei ist dort.")])
        for whole in [("One is here. Two is there.", "Eins ist hier; zwei ist dort."),
                      ("See e.g. this. Then go.", "Siehe z. B. dies. Dann los."),  # "z." seems an end
                      ("Is it? It is.", "Das ist so. Ja?")]:
            self.assertEqual(split(*whole), [whole])

    def test_sentences_of_other_scripts(self):
        source = "Open the file. Is it open?"
        for target in ("Откройте файл. Он открыт?", "ファイルを開きます。開いていますか？",
                       "파일을 여십시오. 열려 있습니까?", "Ανοίξτε το αρχείο. Είναι ανοιχτό?",
                       "फ़ाइल खोलें। क्या यह खुली है?", "Abra el archivo. ¿Está abierto?"):
            with self.subTest(target=target):
                self.assertEqual(len(corpus.sentences(source, target)), 2)

    def test_what_says_nothing_is_dropped(self):
        for source, target in [("12 %", "12 Prozent"), ("", "leer"),
                               ("Word " * 61, "Wort " * 61), ("A short one", "x" * 200)]:
            with self.subTest(source=source[:12]):
                self.assertFalse(corpus.usable(source, target))
        self.assertTrue(corpus.usable("Open the file with the name", "開啟此檔案"))


class MemoryEdits(unittest.TestCase):
    @unittest.skipUnless(PROGRAM.exists(), "the program is not built")
    def test_a_made_up_memory_answers_no_changed_sentence(self):
        colours = "red green blue black white brown".split()
        things = "house tree river lamp stone letter".split()
        source = [f"The {colour} {thing} is not on page {9 * i + j + 20} of %{i + 1}."
                  for i, colour in enumerate(colours) for j, thing in enumerate(things)]
        target = [line.replace("is not on page", "steht nicht auf Seite").replace(" of ", " von ")
                  for line in source]
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, lines in (("en", source), ("de", target)):
            (folder / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        done = subprocess.run([sys.executable, HERE / "memory_edits.py", folder / "en",
                               folder / "de", "--program", PROGRAM, "--count", "70"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"70 edits of words \(.*\): 0 answered")
        self.assertRegex(done.stdout, r"placeholders: [1-9]\d* answered \(.* %\), 0 with an old")


class Splitting(unittest.TestCase):
    def setUp(self):
        self.pairs = [("help", f"page{p}", f"Sentence {p}.{i}", f"Satz {p}.{i}")
                      for p in range(400) for i in range(3)]
        self.pairs += [("interface", f"word {i}", f"Word {i}", f"Wort {i}") for i in range(400)]
        # On many pages, on two pages, and twice the same with two translations.
        self.pairs += [("help", f"page{p}", "Related topics", "Verwandte Themen") for p in range(400)]
        self.pairs += [("help", f"page{p}", f"Seen twice {p // 2}", f"Zweimal {p // 2}") for p in range(400)]
        self.pairs += [("help", f"page{p}", f"Sentence {p}.0", f"Auch Satz {p}.0") for p in range(400)]

    def test_nothing_of_the_held_out_text_is_learnt(self):
        parts = corpus.split(self.pairs)
        sources = {part: {line[1] for line in lines} for part, lines in parts.items()}
        self.assertTrue(all(len(found) > 20 for found in sources.values()), sources)
        for a, b in (("train", "test"), ("train", "val"), ("val", "test"), ("memory", "val"),
                     ("memory", "test")):
            self.assertEqual(sources[a] & sources[b], set())
        for part in ("val", "test"):
            self.assertEqual(len(parts[part]), len(sources[part]), "a source stands there twice")
            self.assertNotIn("Related topics", sources[part])
        self.assertIn("Related topics", sources["train"])
        self.assertGreater(len(parts["train"]), len(sources["train"]))

    def test_a_page_is_in_one_part(self):
        parts = corpus.split([pair for pair in self.pairs if pair[2].startswith("Sentence")])
        pages = {part: {line[1].split(".")[0] for line in lines} for part, lines in parts.items()}
        self.assertEqual(pages["train"] & (pages["test"] | pages["val"]), set())
        self.assertEqual(sum(len(pages[part]) for part in ("train", "val", "test")), 400)

    def test_whole_pages_hold_what_stands_on_other_pages_too(self):
        parts = corpus.split(self.pairs)
        for part in ("val", "test"):
            whole = {line[1] for line in parts[f"{part}-pages"]}
            self.assertLess({line[1] for line in parts[part]}, whole)
            self.assertIn("Related topics", whole)

    def test_the_memory_knows_how_often_a_sentence_has_which_translation(self):
        pages = [f"page{p}" for p in range(400) if corpus.part_of(f"help:page{p}") == "train"]
        self.pairs += [("help", page, "OK", "OK") for page in pages[:7]]
        self.pairs += [("help", pages[9], "OK", "Ende")]
        parts = corpus.split(self.pairs)
        lines = [line[1:] for line in parts["memory"]]
        self.assertEqual(lines.count(("Related topics", "Verwandte Themen")), len(pages))
        self.assertEqual((lines.count(("OK", "OK")), lines.count(("OK", "Ende"))), (7, 1))
        self.assertLessEqual({line[1:] for line in parts["train"]}, set(lines))
        first = lines.index(("OK", "OK"))
        self.assertEqual(set(lines[first:first + 7]), {("OK", "OK")}, "repeats stand together")
        for part in ("train", "val", "test", "val-pages", "test-pages"):
            self.assertNotIn(("OK", "OK"), [line[1:] for line in parts[part]])

    def test_the_split_does_not_depend_on_the_other_lines(self):
        parts = corpus.split(self.pairs[:600])
        again = corpus.split([pair for pair in self.pairs[:600] if pair[1] != "page7"])
        self.assertEqual([line for line in parts["test"] if "7." not in line[1]],
                         [line for line in again["test"] if "7." not in line[1]])


def writes(path, text="done"):
    return [sys.executable, "-c", f"open({str(path)!r}, 'w').write({text!r})"]


class Resuming(unittest.TestCase):
    """The driver with stages that only write files."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.said = io.StringIO()
        self.enterContext(contextlib.redirect_stderr(self.said))

    def task(self, name, needs=(), **more):
        path = self.folder / name
        return Task(name, more.pop("stage", name), more.pop("commands", [writes(path)]), [path],
                    list(needs), **more)

    def run_all(self, tasks, stages=None):
        self.said.seek(0)
        self.said.truncate()
        Runner(self.folder, pause=0.01).run(tasks, stages or {task.stage for task in tasks})
        return [line.split(":")[0] for line in self.said.getvalue().splitlines() if "started" in line]

    def test_what_is_there_is_left_alone(self):
        tasks = [self.task("b", ["a"]), self.task("a")]
        self.assertEqual(self.run_all(tasks), ["a", "b"])
        self.assertEqual(self.run_all(tasks), [])
        (self.folder / "b").unlink()
        self.assertEqual(self.run_all(tasks), ["b"])

    def test_after_a_failure_it_goes_on(self):
        failing = [sys.executable, "-c", "print('no space'); raise SystemExit(3)"]
        tasks = [self.task("a"), self.task("b", ["a"], commands=[failing])]
        with self.assertRaisesRegex(RecipeError, r"b failed \(exit 3\): no space"):
            self.run_all(tasks)
        tasks[1].commands = [writes(self.folder / "b")]
        self.assertEqual(self.run_all(tasks), ["b"])

    def test_a_stage_that_makes_nothing_is_an_error(self):
        with self.assertRaisesRegex(RecipeError, "without making"):
            self.run_all([self.task("a", commands=[[sys.executable, "-c", ""]])])

    def test_cheap_results_are_made_anew_when_their_sources_are(self):
        source = self.folder / "a"
        tasks = [self.task("a"), self.task("b", ["a"], newer_than=[source])]
        self.run_all(tasks)
        later = (self.folder / "b").stat().st_mtime + 10
        os.utime(source, (later, later))
        self.assertEqual(self.run_all(tasks[:1] + [self.task("b", ["a"], newer_than=[source])]), ["b"])

    def test_other_settings_are_not_mixed(self):
        self.run_all([self.task("train x", settings="steps 10")])
        with self.assertRaisesRegex(RecipeError, "begun with other settings(.|\n)*steps 10(.|\n)*steps 20"):
            self.run_all([self.task("train x", settings="steps 20")])

    def test_chosen_stages_need_the_others(self):
        tasks = [self.task("a"), self.task("b", ["a"])]
        with self.assertRaisesRegex(RecipeError, "b needs first: a"):
            self.run_all(tasks, {"b"})
        self.run_all(tasks, {"a"})
        self.assertEqual(self.run_all(tasks, {"b"}), ["b"])

    def test_what_is_started_keeps_the_lock(self):
        with tempfile.TemporaryFile() as lock:
            seen = [sys.executable, "-c", f"import os; os.fstat({lock.fileno()}); " +
                    writes(self.folder / "a")[2]]
            with contextlib.redirect_stderr(io.StringIO()):
                Runner(self.folder, pause=0.01, inherited=(lock.fileno(),)).run(
                    [self.task("a", commands=[seen])], {"a"})
        self.assertTrue((self.folder / "a").exists())

    def test_two_at_a_time_at_most(self):
        busy = ("import os, sys, time; a, b = sys.argv[1:]; open(a + '.on', 'w').close(); time.sleep(0.05);"
                "n = sum(f.endswith('.on') for f in os.listdir(b)); os.remove(a + '.on');"
                "open(a, 'w').write(str(n))")
        names = [f"t{i}" for i in range(6)]
        self.run_all([self.task(name, commands=[[sys.executable, "-c", busy, str(self.folder / name),
                                                 str(self.folder)]]) for name in names])
        self.assertLessEqual(max(int((self.folder / name).read_text()) for name in names), 2)


class Plan(unittest.TestCase):
    """The tasks of make.py."""

    def tasks(self, table, existing=()):
        import make
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in existing:
            (folder / name).touch()
        options = mock.Mock(work=folder, language="fr", tools=Path("tools"), scale=1.0, setting="x",
                            stages=["train"], program=Path("absent"))
        with mock.patch.dict(settings.SETTINGS, {"x": table}), contextlib.redirect_stderr(io.StringIO()):
            return {task.name: task for task in make.Recipe(options).tasks()}

    TABLE = {"gru_mid": [dict(steps=5), dict(steps=7, target="distilled")],
             "trf_big": [dict(steps=3), dict(steps=4, rate=1e-3)]}

    def test_stages_follow_each_other_and_the_teacher(self):
        tasks = self.tasks(self.TABLE)
        self.assertEqual(tasks["distil"].needs, ["train trf_big 2"])
        second = tasks["train gru_mid 2"]
        self.assertEqual(second.needs, ["vocabulary", "train gru_mid 1", "distil"])
        words = second.commands[0]
        self.assertEqual(words[words.index("--target") + 1], "train.distilled")
        self.assertTrue(words[words.index("--start") + 1].endswith("gru_mid.1.npz"))
        self.assertEqual([path.name for path in second.outputs], ["gru_mid.2.npz", "gru_mid.npz"])
        self.assertNotIn("measure", tasks)

    def test_weights_that_are_there_are_not_trained_again(self):
        task = self.tasks(self.TABLE, ["trf_big.2.npz"])["train trf_big 2"]
        self.assertEqual([command[0] for command in task.commands], ["ln"])

    def test_measuring_needs_the_program(self):
        import make
        options = mock.Mock(work=Path("w"), language="fr", tools=Path("tools"), scale=1.0, setting="small",
                            stages=["measure"], program=Path("absent"))
        with self.assertRaisesRegex(RecipeError, "measure: needs absent"):
            make.Recipe(options).tasks()

    def test_every_setting_is_complete(self):
        for name, table in settings.SETTINGS.items():
            with self.subTest(setting=name):
                self.assertGreaterEqual(len(table), 5)
                tasks = self.tasks(table)
                for task in tasks.values():
                    self.assertLessEqual(set(task.needs), set(tasks) | {"environment"})
                # The teacher must not wait for its own output.
                self.assertFalse(any("target" in stage for stage in table[settings.TEACHER]))


# --- graphs -----------------------------------------------------------------------------------------

TINY = {"trf_tiny": dict(kind="transformer", d=16, heads=2, ffn=24, encoder=2, decoder=2),
        "gru_tiny": dict(kind="gru", d=12, layers=2)}
WORDS = 40
SOURCE = [5, 30, 8, 9, 39, 2]
TARGET = [1, 8, 20, 7, 33, 4]
# What PyTorch says: weights, log-probabilities of all words after each token of TARGET.
TORCH = """
import sys; sys.path.insert(0, {here!r})
import numpy, torch, sizes
sizes.SIZES.update({tiny!r})
import networks
for name in {tiny!r}:
    torch.manual_seed(3)
    network = networks.make_network(name, {words}, 0.0).eval()
    for value in network.parameters():  # biases and gains, too
        value.data += 0.1 * torch.randn(value.shape)
    source, target = torch.tensor([{source!r}]), torch.tensor([{target!r}])
    with torch.no_grad():
        logs = network.logits(network.hidden(source, target))[0].log_softmax(-1)
        state, steps = network.begin(source), []
        for token in target[0]:
            steps.append(network.step(state, token[None])[0].log_softmax(-1))
    weights = {{key: value.numpy() for key, value in network.state_dict().items()}}
    numpy.savez({folder!r} + "/" + name + ".npz", **weights)
    numpy.savez({folder!r} + "/" + name + ".said.npz", whole=logs.numpy(), steps=torch.stack(steps).numpy())
"""


def with_torch(folder):
    """Runs TORCH with a Python that has PyTorch; whether there is one."""
    script = TORCH.format(here=str(HERE), tiny=TINY, words=WORDS, source=SOURCE, target=TARGET,
                          folder=str(folder))
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import torch, numpy"], capture_output=True).returncode == 0:
            subprocess.run([python, "-B", "-c", script], check=True)
            return True
    return False


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Pair:
    """An exported network, decoding as README.md says."""

    def __init__(self, folder, size):
        self.size = size
        self.encoder, self.decoder = session(folder / "encoder.onnx"), session(folder / "decoder.onnx")

    def begin(self):
        said = self.encoder.run(None, {"src": numpy.array([SOURCE])})
        self.given = {out.name: value for out, value in zip(self.encoder.get_outputs(), said)}
        self.length = 0
        if self.size["kind"] == "transformer":
            empty = numpy.zeros((1, self.size["heads"], 0, self.size["d"] // self.size["heads"]), "f")
            for i in range(self.size["decoder"]):
                self.given[f"k{i}"] = self.given[f"v{i}"] = empty

    def feed(self, tokens):
        """Log-probabilities and ids of the candidates after each token, in one call."""
        n, inputs = len(tokens), dict(self.given)
        if self.size["kind"] == "transformer":
            causal = numpy.triu(numpy.full((n, n), -1e9, "f"), 1)
            mask = numpy.concatenate([numpy.zeros((n, self.length), "f"), causal], 1)[None, None]
            inputs.update(token=numpy.array([tokens]), mask=mask,
                          position=numpy.arange(self.length, self.length + n))
        else:
            assert n == 1, "a recurrent decoder takes one token"
            inputs.update(token=numpy.array(tokens), beam_idx=numpy.array([0]))
        said = dict(zip([out.name for out in self.decoder.get_outputs()], self.decoder.run(None, inputs)))
        self.given.update({name[:-4]: value for name, value in said.items() if name.endswith("_out")})
        self.length += n
        return said["topk_logp"].reshape(n, -1), said["topk_ids"].reshape(n, -1)

    def one_by_one(self):
        self.begin()
        said = [self.feed([token]) for token in TARGET]
        return numpy.concatenate([a for a, _ in said]), numpy.concatenate([b for _, b in said])


@unittest.skipIf(GRAPHS_MISSING, GRAPHS_MISSING)
class Graphs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.enterClassContext(mock.patch.dict(SIZES, TINY))
        if not with_torch(cls.folder):
            raise unittest.SkipTest("no Python with PyTorch (Debian: python3-torch)")
        for name in TINY:
            weights = dict(numpy.load(cls.folder / f"{name}.npz"))
            ranges = {layer[:-len(".weight")]: 4.0 for layer in weights if layer.endswith(".weight")}
            ranges["output"] = 4.0
            export.export(name, weights, None, cls.folder / name)
            export.export(name, weights, ranges if TINY[name]["kind"] == "transformer" else {},
                          cls.folder / f"{name}-int8")

    def pair(self, name, kind=""):
        return Pair(self.folder / (name + kind), TINY[name])

    def said_by_torch(self, name, which):
        return numpy.load(self.folder / f"{name}.said.npz")[which]

    def test_training_and_decoding_agree(self):
        for name in TINY:
            numpy.testing.assert_allclose(self.said_by_torch(name, "whole"),
                                          self.said_by_torch(name, "steps"), atol=1e-5)

    def test_fp32_graphs_say_what_was_trained(self):
        for name in TINY:
            with self.subTest(network=name):
                logs, ids = self.pair(name).one_by_one()
                want = self.said_by_torch(name, "whole")
                numpy.testing.assert_array_equal(ids[:, 0], want.argmax(-1))
                numpy.testing.assert_allclose(logs, numpy.take_along_axis(want, ids, -1), atol=2e-5)
                self.assertTrue((numpy.diff(logs) <= 0).all(), "candidates are not sorted")

    def test_int8_graphs_are_near(self):
        for name in TINY:
            with self.subTest(network=name):
                logs, ids = self.pair(name, "-int8").one_by_one()
                want = numpy.take_along_axis(self.said_by_torch(name, "whole"), ids, -1)
                self.assertLess(numpy.abs(logs - want).max(), 0.5)
                self.assertGreater(numpy.abs(logs - want).max(), 0, "int8 is fp32")

    def test_a_block_is_its_tokens_one_by_one(self):
        for kind, most in (("", 1e-5), ("-int8", 1e-5)):
            for first in (0, 1, 3):
                with self.subTest(kind=kind, first=first):
                    pair = self.pair("trf_tiny", kind)
                    want, want_ids = pair.one_by_one()
                    pair.begin()
                    said = [pair.feed([token]) for token in TARGET[:first]] + [pair.feed(TARGET[first:])]
                    logs, ids = (numpy.concatenate(part) for part in zip(*said))
                    numpy.testing.assert_array_equal(ids[:, 0], want_ids[:, 0])
                    numpy.testing.assert_allclose(logs, want, atol=most)

    def test_manifest_names_what_is_there(self):
        import tomllib
        (self.folder / "pieces").write_bytes(b"pieces")
        with mock.patch.object(manifest, "SIZES", TINY), mock.patch.object(manifest, "DRAFTED", ("trf_tiny",)), \
                mock.patch.object(manifest, "DRAFT", "gru_tiny"):
            manifest.write(self.folder, self.folder / "pieces", "fr")
        zoo = tomllib.loads((self.folder / "zoo.toml").read_text(encoding="utf-8"))
        names = [model["name"] for model in zoo["model"]]
        self.assertEqual(len(names), 10)
        for model in zoo["model"]:
            self.assertEqual(model["sha256"], manifest.sha256_of(self.folder / model["file"]))
            self.assertIn(model["translation"].get("draft", names[0]), names)
        self.assertNotIn("checks", zoo, "nobody has written the words of French")

    def test_manifest_has_the_words_of_the_checks(self):
        import tomllib
        shipped = tomllib.loads((HERE / "zoo.toml").read_text(encoding="utf-8"))
        self.assertEqual(tomllib.loads(manifest.checks_of("de"))["checks"], shipped["checks"])


if __name__ == "__main__":
    unittest.main()
