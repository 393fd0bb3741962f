// The data set of a profile: which images, and the class of each where it is known; or which
// sentences, and the translation of each.
//
// DATA of a zoo that translates is a text file NAME.SOURCE (its ending is the source language), one
// sentence to a line; NAME.TARGET beside it, if it is there, has their translations line by line.
//
// DATA of any other zoo is one of
//   an ImageFolder   DATA/CLASS/.../img.jpg; CLASS is a class number (from 0) or a key of the zoo's
//   class
//                    list, never its place in sorted order
//   a flat folder    DATA/img.jpg; no labels
//   a CSV file       with the header `path,label` or `path`; paths are relative to the CSV's
//   folder, a label
//                    is a class number or a key, and may be left empty
// In folders the files that end in .jpg, .jpeg, .png or .webp (in any case) are taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "rightsize/status.h"

namespace rightsize {

struct DataItem {
  std::string name;  // unique in the data set: the path below DATA, or as the CSV has it
  std::filesystem::path path;
  std::optional<std::int32_t> label;  // class, from 0
  std::string where;                  // for messages: "labels.csv:17", or the path
  std::string text;                   // of a sentence: itself, a line end, its translation if any
};

struct DataSet {
  std::string name;             // the last component of DATA
  std::vector<DataItem> items;  // of a folder: in the order of their names; of a CSV: in its order
  std::size_t skipped = 0;      // files of a folder that are no images, by their ending
};

// What an item is made of: the file, or its text.
Result<std::vector<std::byte>> bytes_of(const DataItem& item);

// Errors name file and line: a missing image, a label or folder that is no class of the zoo, an
// item that occurs twice, a folder that mixes images and class folders, no image at all. Images are
// not opened.
Result<DataSet> read_data_set(const std::filesystem::path& data, const Zoo& zoo);
Result<DataSet> read_text_data_set(const std::filesystem::path& source, const Zoo& zoo);

}  // namespace rightsize
