#include "lab/profile/resources.h"

#include <fmt/format.h>
#include <malloc.h>

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

#include "core/file.h"
#include "lab/profile/workload.h"
#include "model/file_identity.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

Result<std::int64_t> bytes_of_files(const Zoo& zoo, const ModelSpec& model,
                                    const std::vector<fs::path>& search) {
  std::int64_t bytes = 0;
  for (const FileSpec& part : files_of(model)) {
    const Result<fs::path> file = locate(zoo, model.name, part, search);
    if (!file.ok()) return file.status();
    const Result<std::vector<fs::path>> parts = parts_of(*file);
    if (!parts.ok()) return parts.status();
    for (const fs::path& path : *parts) {
      std::error_code error;
      const std::uintmax_t size = fs::file_size(path, error);
      if (error) return io_error(fmt::format("{}: {}", path.string(), error.message()));
      bytes += static_cast<std::int64_t>(size);
    }
  }
  return bytes;
}

Result<ModelResources> measure(const Zoo& zoo, ModelIndex model,
                               const std::vector<fs::path>& search,
                               const std::shared_ptr<Runtime>& runtime) {
  const Result<std::int64_t> size = bytes_of_files(zoo, zoo.models[model], search);
  if (!size.ok()) return size.status();
  const std::optional<std::int64_t> before = private_memory();
  const std::array<ModelIndex, 1> alone{model};
  const auto workload = open_workload(zoo, alone, search, runtime, {});
  if (!workload.ok()) return workload.status();
  const auto worker = (*workload)->make_worker();
  if (!worker.ok()) return worker.status();
  (*worker)->load_sample();
  ModelRecord outcome;
  Elapsed not_kept;
  // A failed run has taken its memory all the same.
  (*worker)->run(model, outcome, not_kept, not_kept);
  const std::optional<std::int64_t> after = private_memory();

  ModelResources resources{*size, {}, {}};
  if (before && after) resources.memory_bytes = *after - *before;
  return resources;
}

Status insert(RunStore& store, std::size_t model, const ModelResources& resources) {
  Result<Statement> insert = store.database().prepare("INSERT INTO resources VALUES(?, ?, ?)");
  if (!insert.ok()) return insert.status();
  insert->bind_integer(1, static_cast<std::int64_t>(model));
  insert->bind_integer(2, *resources.file_bytes);
  insert->bind_null(3);
  if (resources.memory_bytes) insert->bind_integer(3, *resources.memory_bytes);
  return insert->run();
}

}  // namespace

std::optional<std::int64_t> anonymous_bytes(const std::string& smaps) {
  constexpr std::string_view kKey = "\nAnonymous:";
  const std::size_t key = smaps.find(kKey);
  if (key == std::string::npos) return {};
  const std::size_t begin = smaps.find_first_not_of(' ', key + kKey.size());
  if (begin == std::string::npos) return {};
  std::int64_t kibibytes = 0;
  const auto parsed = std::from_chars(smaps.data() + begin, smaps.data() + smaps.size(), kibibytes);
  return parsed.ec == std::errc() ? std::optional(kibibytes * 1024) : std::nullopt;
}

std::optional<std::int64_t> private_memory() {
  ::malloc_trim(0);
  const Result<std::string> smaps = read_text("/proc/self/smaps_rollup");
  return smaps.ok() ? anonymous_bytes(*smaps) : std::nullopt;
}

Status record_resources(RunStore& store, const Zoo& zoo, const std::vector<fs::path>& search,
                        const std::shared_ptr<Runtime>& runtime, ProgressMeter& progress) {
  const Result<std::vector<ModelResources>> found = read_resources(store);
  if (!found.ok()) return found.status();
  for (std::size_t i = 0; i < zoo.models.size(); ++i) {
    if ((*found)[i].file_bytes) continue;
    progress.report({"memory of the models", i, zoo.models.size()});
    const Result<ModelResources> resources =
        measure(zoo, static_cast<ModelIndex>(i), search, runtime);
    if (!resources.ok()) return resources.status();
    if (Status status = insert(store, i, *resources); !status.ok()) return status;
  }
  return {};
}

Result<std::vector<ModelResources>> read_resources(RunStore& store) {
  std::vector<ModelResources> resources(store.header().zoo.models.size());
  if (store.version() < 2) return resources;
  Result<Statement> select =
      store.database().prepare("SELECT model, file_bytes, memory_bytes FROM resources");
  if (!select.ok()) return select.status();
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const Status status = for_each_row(*select, [&]() -> Status {
    const auto model = select->integer(0, 0, static_cast<std::int64_t>(resources.size()) - 1);
    if (!model.ok()) return model.status();
    const Result<std::int64_t> file_bytes = select->integer(1, 0, kMost);
    if (!file_bytes.ok()) return file_bytes.status();
    ModelResources& own = resources[static_cast<std::size_t>(*model)];
    own.file_bytes = *file_bytes;
    if (select->is_null(2)) return {};
    const Result<std::int64_t> memory = select->integer(2, -kMost, kMost);
    if (memory.ok()) own.memory_bytes = *memory;
    return memory.status();
  });
  return status.ok() ? Result<std::vector<ModelResources>>(std::move(resources)) : status;
}

}  // namespace rightsize
