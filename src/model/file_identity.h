// What a model's file is, by content: one checksum over the file and, of an ONNX model that keeps
// weights in other files, over these too. Manifests, runs, selector files and the sessions that
// models share all go by it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "rightsize/status.h"

namespace rightsize {

// The file itself, then those that it keeps weights in; all of them are there and long enough.
Result<std::vector<std::filesystem::path>> parts_of(const std::filesystem::path& file);

// Of a file alone its SHA-256. With others: the SHA-256 of a text that has a line for each, with
// its SHA-256 and its location relative to the first (docs/file-formats.md).
Result<std::string> identity_of(const std::filesystem::path& file);

// Locates a file of a model and verifies that it is the one that is meant.
Result<std::filesystem::path> verified_file(const Zoo& zoo, const std::string& model,
                                            const FileSpec& file,
                                            const std::vector<std::filesystem::path>& search);

// Two models share a session where this is the same of both.
std::string session_key(const std::string& sha256, const SessionSpec& spec);

// A manifest with what is on this machine: where it gives, for a model with weights in other files,
// the checksum that `sha256sum` prints of the graph, the zoo has the identity instead. `settled`,
// if not null, gets a sentence for each. A selector file's zoo has identities alone.
Result<Zoo> read_zoo(const std::filesystem::path& manifest,
                     const std::vector<std::filesystem::path>& search,
                     std::vector<std::string>* settled = nullptr);

}  // namespace rightsize
