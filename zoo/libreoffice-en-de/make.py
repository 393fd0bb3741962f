#!/usr/bin/env python3
"""Makes the translation zoo: text, vocabulary, trained networks, ONNX files, measured quality.

    /usr/bin/python3 make.py [--language de] [--setting small|shipped] [--work DIR] [--stages ...]

Can be stopped at any time and goes on where it was. See README.md.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import pathlib
import re
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from corpus import PARTS
from settings import SETTINGS, STUDENTS_TARGET, TEACHER, scaled
from sizes import SIZES
from tasks import RecipeError, Runner, Task, say

PROJECT = HERE.parents[1]
VENV = PROJECT / "build" / "venv-translation"
PROGRAM = PROJECT / "build" / "release" / "rightsize"
STAGES = ("environment", "corpus", "vocabulary", "train", "distil", "ranges", "export", "measure")
PACKAGES = {"torch": "python3-torch liblapack3 libopenblas0-pthread", "numpy": "python3-numpy",
            "sentencepiece": "python3-sentencepiece", "ensurepip": "python3-venv"}
SENTENCES_WHEN_SCALED = 40  # that are measured


class Recipe:
    """The tasks, for one language in one folder."""

    def __init__(self, options):
        self.o = options
        self.work, self.language = options.work, options.language
        self.models = self.work / "models"
        self.tools = options.tools or VENV / "bin" / "python"

    def script(self, name, *arguments, python=sys.executable):
        return [str(python), "-u", str(HERE / f"{name}.py"), *map(str, arguments)]

    def path(self, *names):
        return [self.work / name for name in names]

    def tasks(self):
        found = [] if self.o.tools else [self.environment()]
        found += [self.corpus(), self.vocabulary()]
        stages = {name: scaled(stages, self.o.scale)
                  for name, stages in SETTINGS[self.o.setting].items()}
        # First what the longest chain waits for.
        for name in sorted(stages, key=lambda name: name != TEACHER):
            found += self.training(name, stages[name])
        found.append(self.distillation(f"train {TEACHER} {len(stages[TEACHER])}"))
        for name in stages:
            last = f"train {name} {len(stages[name])}"
            if SIZES[name]["kind"] == "transformer":
                found.append(self.ranges(name, last))
                last = f"ranges {name}"
            found.append(self.export(name, last))
        return found + [self.manifest(stages), *self.measurement(stages)]

    def environment(self):
        requirements = HERE / "requirements.txt"
        key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
        stamp = VENV / f".ready-{key}"
        return Task("environment", "environment", [
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            [str(self.tools), "-m", "pip", "install", "--disable-pip-version-check", "--retries",
             "3", "--only-binary=:all:", "--require-hashes", "-r", str(requirements)],
            ["touch", str(stamp)]], [stamp])

    def corpus(self):
        files = [f"{part}.{ending}" for part in PARTS
                 for ending in ("en", self.language, "kind")]
        return Task("corpus", "corpus", [self.script("corpus", self.work, *self.of_language())],
                    self.path(*files), settings=f"language {self.language}")

    def of_language(self):
        return "--language", self.language

    def vocabulary(self):
        return Task("vocabulary", "vocabulary",
                    [self.script("vocabulary", self.work, *self.of_language())],
                    self.path("spm.model"), ["corpus"])

    def training(self, name, stages):
        """A task for each stage; the last one's weights are NAME.npz."""
        found = []
        for number, stage in enumerate(stages, 1):
            output = f"{name}.{number}"
            settings = json.dumps(stage, sort_keys=True)
            needs = ["vocabulary"]
            options = ["--output", output, *self.of_language()]
            if number > 1:
                options += ["--start", self.work / f"{name}.{number - 1}.npz"]
                needs.append(f"train {name} {number - 1}")
            if stage.get("target") == STUDENTS_TARGET:
                stage = {**stage, "target": f"train.{STUDENTS_TARGET}"}
                needs.append("distil")
            for key, value in stage.items():
                options += ["--" + key.replace("_", "-"), value]
            weights = self.work / f"{output}.npz"
            commands, outputs = [], [weights]
            if not weights.exists():
                commands.append(self.script("train", self.work, name, *options))
            if number == len(stages):
                outputs.append(self.work / f"{name}.npz")
                commands.append(["ln", "-f", *map(str, outputs)])
            found.append(Task(f"train {name} {number}", "train", commands, outputs, needs,
                              outputs[:-1], settings))
        return found

    def distillation(self, last):
        source, target = self.path("train.en", f"train.{STUDENTS_TARGET}")
        return Task("distil", "distil",
                    [self.script("translate", self.work, TEACHER, source, target, "--share",
                                 min(1.0, self.o.scale))], [target], [last])

    def ranges(self, name, last):
        return Task(f"ranges {name}", "ranges",
                    [self.script("ranges", self.work, name, *self.of_language())],
                    self.path(f"{name}.ranges.json"), [last], self.path(f"{name}.npz"))

    def export(self, name, last):
        inputs = [f"{name}.npz"]
        if SIZES[name]["kind"] == "transformer":
            inputs.append(f"{name}.ranges.json")
        files = [self.models / folder / f"{part}.onnx"
                 for folder in (name, f"{name}-int8") for part in ("encoder", "decoder")]
        needs = [last] if self.o.tools else [last, "environment"]
        return Task(f"export {name}", "export",
                    [self.script("export", self.work, self.models, name, python=self.tools)],
                    files, needs, self.path(*inputs))

    def decoders(self, names):
        return [self.models / folder / "decoder.onnx"
                for name in names for folder in (name, f"{name}-int8")]

    def manifest(self, names):
        return Task("manifest", "export",
                    [self.script("manifest", self.models, "--tokenizer", self.work / "spm.model",
                                 *self.of_language())],
                    [self.models / "zoo.toml", self.models / "spm.model"],
                    [f"export {name}" for name in names], self.decoders(names))

    def measurement(self, names):
        if not self.o.program.exists():
            text = f"measure: needs {self.o.program}, which is not built (scripts/setup builds it)"
            if self.o.stages and "measure" in self.o.stages:
                raise RecipeError(text)
            if not self.o.stages:
                say(text + "; left out")
            return []
        count = 0 if self.o.scale >= 1 else SENTENCES_WHEN_SCALED
        return [Task("measure", "measure",
                     [self.script("measure", self.work, "--program", self.o.program, "--sentences",
                                  count, *self.of_language(), python=self.tools)],
                     self.path("measured.json", "measured.md"), ["manifest"],
                     self.decoders(names))]


def check_packages():
    missing = [packages for module, packages in PACKAGES.items()
               if importlib.util.find_spec(module) is None]
    if missing:
        raise RecipeError(
            f"{sys.executable} lacks packages; on Debian: apt-get install --no-install-recommends "
            f"{' '.join(missing)}, and run make.py with /usr/bin/python3")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="de", metavar="CODE",
                        help="target language as in Debian's libreoffice-help-CODE (default: de)")
    parser.add_argument("--setting", choices=list(SETTINGS), default="small",
                        help="how long to train (settings.py); default: small")
    parser.add_argument("--work", type=pathlib.Path, metavar="DIR",
                        help="where everything goes (default: build/libreoffice-en-CODE)")
    parser.add_argument("--stages", nargs="+", choices=STAGES, metavar="STAGE",
                        help=f"do these alone, of {', '.join(STAGES)}")
    parser.add_argument("--at-a-time", type=int, choices=(1, 2), default=2,
                        help="trainings at a time, one core and 4 GB of memory each (default: 2)")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM,
                        help="what measures (default: build/release/rightsize)")
    parser.add_argument("--tools", type=pathlib.Path, metavar="PYTHON",
                        help="a Python with the packages of requirements.txt (default: made here)")
    parser.add_argument("--scale", type=float, default=1.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", options.language):
        parser.error(f"--language {options.language}: is not a code as in Debian's package names")
    if not 0 < options.scale <= 1:
        parser.error("--scale is above 0, at most 1")
    options.work = (options.work or PROJECT / "build" / f"libreoffice-en-{options.language}").resolve()
    return options


def locked(work):
    """Keeps a second run out of the folder, until this process and all it started have ended."""
    stream = (work / ".lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise RecipeError(f"another run is at work in {work}, or what it started still is") from error
    return stream


def make(options):
    check_packages()
    options.work.mkdir(parents=True, exist_ok=True)
    with locked(options.work) as lock:
        tasks = Recipe(options).tasks()
        runner = Runner(options.work, options.at_a_time, inherited=(lock.fileno(),))
        runner.run(tasks, options.stages or STAGES)
    manifest = options.work / "models" / "zoo.toml"
    say(f"all is in {options.work}" + (f"; the zoo is {manifest}" if manifest.exists() else ""))


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupted)
    try:
        make(arguments())
    except RecipeError as error:
        say(f"make.py: {error}")
        return 1
    except OSError as error:
        say(f"make.py: {error.filename}: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        say("make.py: stopped; run it again to go on")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
