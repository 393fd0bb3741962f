#!/usr/bin/env python3
"""A max-softmax cascade as people write it by hand: onnxruntime, numpy and Pillow (or OpenCV).

    max_softmax_cascade.py SELECTOR IMAGE... [--point NAME] [--models DIR] [--decoder pillow|opencv]

It takes the models, their pre-processing and the thresholds from an operating point of a Rightsize selector file
(a fixed model, or a plain cascade on max_probability), so that both do the same work; nothing else of Rightsize is
used. One thread. Prints one JSON line per image; times are CPU time from the file's bytes to the answer.
"""

import argparse
import io
import json
import pathlib
import time

import numpy
import onnxruntime
import PIL.Image
import PIL.ImageOps

try:
    import cv2
except ImportError:
    cv2 = None


class CannotBeWrittenByHand(Exception):
    """The point is of another kind than this program knows."""


def find_point(selector, name):
    for point in selector["points"]:
        if point["name"] == name:
            return point
    raise KeyError(f"the selector has no operating point '{name}'")


def stages_of(point):
    """(model, threshold) from cheap to dear; the last threshold is 0, so that the last model always answers."""
    rule = point["rule"]
    if rule["kind"] not in ("fixed", "cascade"):
        raise CannotBeWrittenByHand(f"point '{point['name']}' is a {rule['kind']}")
    stages = rule["stages"]
    if len(stages) > 1 and (rule.get("confidence", "signal") != "signal" or rule["signal"] != "max_probability"):
        raise CannotBeWrittenByHand(f"point '{point['name']}' does not look at max_probability alone")
    if any(stage.get("weights") or stage.get("temperature", 1) != 1 for stage in stages):
        raise CannotBeWrittenByHand(f"point '{point['name']}' combines or calibrates answers")
    return [(stage["model"], stage.get("threshold", 0.0)) for stage in stages[:-1]] + [(stages[-1]["model"], 0.0)]


def crop_box(width, height, spec):
    """Left, top, width, height of the centred crop."""
    if spec["crop"] == "centre-square":
        side = max(1, round(spec["crop_fraction"] * min(width, height)))
        size = (side, side)
    else:
        size = (max(1, round(spec["crop_fraction"] * width)), max(1, round(spec["crop_fraction"] * height)))
    return (width - size[0]) // 2, (height - size[1]) // 2, *size


class PillowDecoder:
    def decode(self, data):
        image = PIL.Image.open(io.BytesIO(data))
        return PIL.ImageOps.exif_transpose(image).convert("RGB")

    def pixels(self, image, spec):
        """The resized crop, height x width x RGB."""
        left, top, width, height = crop_box(*image.size, spec)
        rows, columns = spec["size"]
        shrinks = width > columns
        # Pillow's bilinear averages over what it shrinks. Its box filter takes whole pixels alone, which costs the
        # networks tried two points; so bilinear stands for area.
        filters = {"area": PIL.Image.Resampling.BILINEAR, "bilinear": PIL.Image.Resampling.BILINEAR,
                   "bicubic": PIL.Image.Resampling.BICUBIC}
        how = filters[spec["shrink"] if shrinks else spec["enlarge"]]
        return numpy.asarray(image.resize((columns, rows), how, box=(left, top, left + width, top + height)))


class OpenCvDecoder:
    def __init__(self):
        if cv2 is None:
            raise RuntimeError("OpenCV's Python module (cv2) is not installed")
        cv2.setNumThreads(1)

    def decode(self, data):
        return cv2.cvtColor(cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    def pixels(self, image, spec):
        left, top, width, height = crop_box(image.shape[1], image.shape[0], spec)
        rows, columns = spec["size"]
        filters = {"area": cv2.INTER_AREA, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}
        how = filters[spec["shrink"] if width > columns else spec["enlarge"]]
        return cv2.resize(image[top:top + height, left:left + width], (columns, rows), interpolation=how)


DECODERS = {"pillow": PillowDecoder, "opencv": OpenCvDecoder}


def softmax(logits):
    exponentials = numpy.exp(logits - logits.max())
    return exponentials / exponentials.sum()


class Model:
    def __init__(self, spec, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.input = spec["input"]
        self.output = spec["output"]
        self.mean = numpy.array(self.input["mean"], numpy.float32)
        self.std = numpy.array(self.input["std"], numpy.float32)
        self.classes = numpy.array(self.output["class_of_output"], int)
        self.kept = numpy.flatnonzero(self.classes >= 0)

    def probabilities(self, decoder, image):
        """Of the classes, in the zoo's numbering."""
        pixels = decoder.pixels(image, self.input).astype(numpy.float32)
        if self.input["colour"] == "BGR":
            pixels = pixels[..., ::-1]
        tensor = (pixels - self.mean) / self.std
        if self.input["layout"] == "NCHW":
            tensor = tensor.transpose(2, 0, 1)
        tensor = numpy.ascontiguousarray(tensor[None])
        output = self.session.run([self.output["name"]], {self.input["name"]: tensor})[0].ravel()
        if len(self.classes):
            kept = output[self.kept]
            output = numpy.empty_like(kept)
            output[self.classes[self.kept]] = kept
        return softmax(output) if self.output["kind"] == "logits" else output / output.sum()


class Cascade:
    def __init__(self, selector, folder, point_name, models=None, decoder="pillow"):
        specs = {spec["name"]: spec for spec in selector["zoo"]["models"]}
        self.decoder = DECODERS[decoder]()
        self.stages = []
        for name, threshold in stages_of(find_point(selector, point_name)):
            file = pathlib.Path(specs[name]["file"])
            places = [pathlib.Path(folder) / file, *(pathlib.Path(place) / file.name for place in models or [])]
            path = next((place for place in places if place.exists()), None)
            if path is None:
                raise FileNotFoundError(f"no file of model '{name}': {', '.join(map(str, places))}")
            self.stages.append((name, threshold, Model(specs[name], path)))

    def classify(self, data):
        """From the bytes of an image file to (class, confidence, models run)."""
        image = self.decoder.decode(data)
        ran = []
        for name, threshold, model in self.stages:
            probabilities = model.probabilities(self.decoder, image)
            ran.append(name)
            label = int(probabilities.argmax())
            if probabilities[label] >= threshold:
                break
        return label, float(probabilities[label]), ran


def timed(cascade, data):
    """(class, confidence, models run, CPU milliseconds of this process)."""
    start = time.process_time_ns()
    label, confidence, ran = cascade.classify(data)
    return label, confidence, ran, (time.process_time_ns() - start) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("selector", type=pathlib.Path)
    parser.add_argument("images", nargs="+", type=pathlib.Path)
    parser.add_argument("--point", help="operating point; default: the file's default")
    parser.add_argument("--models", action="append", default=[], help="a further folder with model files")
    parser.add_argument("--decoder", choices=sorted(DECODERS), default="pillow")
    arguments = parser.parse_args()
    selector = json.loads(arguments.selector.read_text())
    try:
        cascade = Cascade(selector, arguments.selector.parent, arguments.point or selector["default_point"],
                          arguments.models, arguments.decoder)
    except (CannotBeWrittenByHand, FileNotFoundError, KeyError, RuntimeError) as error:
        parser.error(str(error))
    for path in arguments.images:
        label, confidence, ran, cpu_ms = timed(cascade, path.read_bytes())
        print(json.dumps({"image": str(path), "class": label, "confidence": confidence, "ran": ran, "cpu_ms": cpu_ms}))


if __name__ == "__main__":
    main()
