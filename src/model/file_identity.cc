#include "model/file_identity.h"

#include <fmt/format.h>

#include <fstream>

#include "core/checksum.h"
#include "model/external_data.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

struct Part {
  std::string location;  // relative to the first part's folder; of the first its name
  fs::path path;
};

Status check_data(const fs::path& model, const ExternalData& data, const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return not_found(
        fmt::format("{}: it keeps weights in '{}', and there is no file {}; copy it "
                    "there too, or export the model again",
                    model.string(), data.location, path.string()));
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return io_error(fmt::format("{}: {}", path.string(), error.message()));
  if (size >= data.bytes) return {};
  return invalid_input(
      fmt::format("{}: has {} bytes, {} wants {} of it: the file is cut off; copy "
                  "it again",
                  path.string(), size, model.string(), data.bytes));
}

Result<std::vector<Part>> located_parts(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return not_found(file.string() + ": cannot be opened");
  const Result<std::vector<ExternalData>> external = external_data(in);
  if (!external.ok()) return external.status().with_context(file.string());
  std::vector<Part> parts{{file.filename().string(), file}};
  for (const ExternalData& data : *external) {
    const fs::path path = file.parent_path() / data.location;
    if (Status status = check_data(file, data, path); !status.ok()) return status;
    parts.push_back({data.location, path});
  }
  return parts;
}

// The first file's own name is no part of what it is.
Result<std::string> identity_of(const std::vector<Part>& parts) {
  const Result<std::string> first = sha256_of_file(parts.front().path);
  if (!first.ok() || parts.size() == 1) return first;
  std::string text = fmt::format("rightsize-model 1\n{}\n", *first);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Result<std::string> checksum = sha256_of_file(parts[i].path);
    if (!checksum.ok()) return checksum;
    text += fmt::format("{} {} {}\n", *checksum, parts[i].location.size(), parts[i].location);
  }
  return sha256(text);
}

std::string locations_of(const std::vector<Part>& parts) {
  std::string text;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    text += fmt::format("{}'{}'", i > 1 ? ", " : "", parts[i].location);
  }
  return text;
}

Status other_file(const std::string& model, const std::vector<Part>& parts,
                  const std::string& identity, const std::string& expected) {
  const std::string path = parts.front().path.string();
  if (parts.size() == 1) {
    return mismatch(
        fmt::format("model '{}': {}: its SHA-256 is {}, {} is expected; make the zoo again, or "
                    "correct the manifest if the file is meant to be another",
                    model, path, identity, expected));
  }
  const Result<std::string> alone = sha256_of_file(parts.front().path);
  return mismatch(fmt::format(
      "model '{}': {}: the checksum of it and its data {} is {}, {} is expected{}; make the zoo "
      "again, or correct the manifest if the files are meant to be others",
      model, path, locations_of(parts), identity, expected,
      alone.ok() && *alone == expected ? ", which is that of the graph without its data" : ""));
}

// Puts the identity where the checksum is that of the graph alone. What is missing or broken stays
// as it is: opening the model says so.
void settle(const Zoo& zoo, const std::string& model, const std::string& file, std::string& sha256,
            const std::vector<fs::path>& search, std::vector<std::string>* settled) {
  const Result<fs::path> path = locate(zoo, model, {file, sha256}, search);
  if (!path.ok()) return;
  const Result<std::vector<Part>> parts = located_parts(*path);
  if (!parts.ok() || parts->size() == 1) return;
  const Result<std::string> alone = sha256_of_file(*path);
  if (!alone.ok() || *alone != sha256) return;
  const Result<std::string> identity = identity_of(*parts);
  if (!identity.ok()) return;
  sha256 = *identity;
  if (settled == nullptr) return;
  settled->push_back(fmt::format(
      "model '{}': the manifest's sha256 of {} does not cover the weights in {}; to have them "
      "verified, write sha256 = \"{}\"",
      model, file, locations_of(*parts), *identity));
}

}  // namespace

Result<std::vector<fs::path>> parts_of(const fs::path& file) {
  const Result<std::vector<Part>> parts = located_parts(file);
  if (!parts.ok()) return parts.status();
  std::vector<fs::path> paths;
  for (const Part& part : *parts) paths.push_back(part.path);
  return paths;
}

Result<std::string> identity_of(const fs::path& file) {
  const Result<std::vector<Part>> parts = located_parts(file);
  return parts.ok() ? identity_of(*parts) : parts.status();
}

Result<fs::path> verified_file(const Zoo& zoo, const std::string& model, const FileSpec& file,
                               const std::vector<fs::path>& search) {
  const Result<fs::path> path = locate(zoo, model, file, search);
  if (!path.ok()) return path;
  const Result<std::vector<Part>> parts = located_parts(*path);
  if (!parts.ok()) return parts.status().with_context(fmt::format("model '{}'", model));
  const Result<std::string> identity = identity_of(*parts);
  if (!identity.ok()) return identity.status();
  if (*identity == file.sha256) return path;
  return other_file(model, *parts, *identity, file.sha256);
}

std::string session_key(const std::string& sha256, const SessionSpec& spec) {
  return sha256 + (spec.exact_int8 ? "+exact_int8" : "");
}

Result<Zoo> read_zoo(const fs::path& manifest, const std::vector<fs::path>& search,
                     std::vector<std::string>* settled) {
  Result<Zoo> zoo = read_manifest(manifest);
  if (!zoo.ok()) return zoo;
  for (ModelSpec& model : zoo->models) {
    if (model.translation.memory) continue;
    settle(*zoo, model.name, model.file, model.sha256, search, settled);
    FileSpec& encoder = model.translation.encoder;
    if (!encoder.file.empty()) {
      settle(*zoo, model.name, encoder.file, encoder.sha256, search, settled);
    }
  }
  return zoo;
}

}  // namespace rightsize
