"""Runs the parts of a recipe in the order of what they need, a few at a time; goes on where it was.

A task is done when its outputs are there. Those that are cheap are done anew when something that
they were made of is newer. What is costly keeps a record of its settings: a file that was begun
with other settings is neither used nor overwritten.
"""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import sys
import time

PROGRESS_SECONDS = 60


class RecipeError(Exception):
    """Something went wrong that the user can understand and mend."""


@dataclasses.dataclass
class Task:
    name: str  # such as "train trf_big"
    stage: str
    commands: list[list[str]]  # one after the other
    outputs: list[pathlib.Path]
    needs: list[str] = dataclasses.field(default_factory=list)  # names of tasks
    newer_than: list[pathlib.Path] = dataclasses.field(default_factory=list)
    settings: str = ""  # of a costly task

    def file_name(self):
        return self.name.replace(" ", "-")


def say(text):
    """A progress line; stdout is left to data."""
    print(text, file=sys.stderr, flush=True)


def is_done(task):
    if not all(path.exists() for path in task.outputs):
        return False
    made = min(path.stat().st_mtime for path in task.outputs)
    return all(path.exists() and path.stat().st_mtime <= made for path in task.newer_than)


def last_line(path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "started"


class Running:
    """A task at work, its words in a log."""

    def __init__(self, task, logs, inherited):
        self.task, self.began, self.inherited = task, time.monotonic(), inherited
        self.log = logs / f"{task.file_name()}.log"
        self.stream = self.log.open("a", encoding="utf-8")
        self.commands = list(task.commands)
        self.process = None
        self.next_command()

    def next_command(self):
        try:
            self.process = subprocess.Popen(self.commands.pop(0), stdout=self.stream,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            pass_fds=self.inherited)
        except OSError as error:
            raise RecipeError(f"{self.task.name}: {error.filename}: {error.strerror}") from error

    def ended(self):
        """Whether all commands have ended well; raises where one failed."""
        status = self.process.poll()
        if status is None:
            return False
        if status != 0:
            raise RecipeError(f"{self.task.name} failed (exit {status}): {last_line(self.log)}\n"
                              f"  its words are in {self.log}")
        if self.commands:
            self.next_command()
            return False
        missing = [str(path) for path in self.task.outputs if not path.exists()]
        if missing:
            raise RecipeError(f"{self.task.name} ended without making {', '.join(missing)}")
        self.stream.close()
        return True

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.stream.close()


class Runner:
    """`inherited`: descriptors that what is started keeps open, such as a lock."""

    def __init__(self, work, at_most=2, pause=0.2, inherited=()):
        self.at_most, self.pause, self.inherited = at_most, pause, inherited
        self.logs, self.records = work / "logs", work / "records"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.records.mkdir(exist_ok=True)

    def check_settings(self, task):
        """What was begun with other settings must not be mixed with these."""
        record = self.records / f"{task.file_name()}.txt"
        begun = record.read_text(encoding="utf-8").strip() if record.exists() else task.settings
        if begun != task.settings:
            files = " ".join(str(path) for path in [record, *task.outputs])
            raise RecipeError(f"{task.name} was begun with other settings:\n  then: {begun}\n"
                              f"  now:  {task.settings}\n"
                              f"Use another folder (--work), or delete what is to be made anew: {files}")

    def start(self, task):
        if task.settings:
            record = self.records / f"{task.file_name()}.txt"
            record.write_text(task.settings + "\n", encoding="utf-8")
        say(f"{task.name}: started")
        return Running(task, self.logs, self.inherited)

    def run(self, tasks, stages):
        """Does what is not done of the tasks whose stage is in `stages`."""
        done, waiting = set(), []
        for task in tasks:
            if task.settings:
                self.check_settings(task)
        for task in tasks:
            if task.stage in stages:
                waiting.append(task)
            elif all(path.exists() for path in task.outputs):
                done.add(task.name)
        running = []
        try:
            while waiting or running:
                self.fill(waiting, running, done)
                self.wait(running, done)
        finally:
            for one in running:
                one.stop()

    def fill(self, waiting, running, done):
        """Starts what can be started."""
        progress = True
        while progress:
            progress = False
            for task in list(waiting):
                if not all(need in done for need in task.needs):
                    continue
                if is_done(task):
                    say(f"{task.name}: there")
                    done.add(task.name)
                elif len(running) < self.at_most:
                    running.append(self.start(task))
                else:
                    continue
                waiting.remove(task)
                progress = True
        if waiting and not running:
            task = waiting[0]
            missing = [need for need in task.needs if need not in done]
            raise RecipeError(f"{task.name} needs first: {', '.join(missing)}")

    def wait(self, running, done):
        """Until one of the running tasks has ended."""
        said = time.monotonic()
        while running:
            for one in list(running):
                if one.ended():
                    say(f"{one.task.name}: done in {time.monotonic() - one.began:.0f} s")
                    running.remove(one)
                    done.add(one.task.name)
                    return
            if time.monotonic() - said >= PROGRESS_SECONDS:
                said = time.monotonic()
                for one in running:
                    say(f"  {one.task.name}: {last_line(one.log)}")
            time.sleep(self.pause)
