// RAPL energy counters.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "lab/energy/sensor.h"
#include "lab/energy/sysfs.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

constexpr double kJoulesPerMicrojoule = 1e-6;

struct Counter {
  fs::path file;
  std::int64_t range = 0;  // the largest value; after it comes 0
  std::int64_t last = 0;
};

class Powercap : public EnergySensor {
 public:
  Powercap(std::string name, std::vector<Counter> counters)
      : name_(std::move(name)), counters_(std::move(counters)) {}

  const std::string& name() const override { return name_; }
  Nanoseconds interval() const override { return Nanoseconds(0); }

  Result<double> read(Nanoseconds) override {
    for (Counter& counter : counters_) {
      const Result<std::int64_t> value = read_sysfs_number(counter.file);
      if (!value.ok()) return value.status();
      if (*value > counter.range) {
        return invalid_input(fmt::format("{}: {} is more than the counter's range {}",
                                         counter.file.string(), *value, counter.range));
      }
      microjoules_ += *value - counter.last + (*value < counter.last ? counter.range : 0);
      counter.last = *value;
    }
    return static_cast<double>(microjoules_) * kJoulesPerMicrojoule;
  }

 private:
  std::string name_;
  std::vector<Counter> counters_;
  std::int64_t microjoules_ = 0;
};

// "intel-rapl:0" is a top-level domain, "intel-rapl:0:1" a part of it.
bool is_package(const fs::path& domain) {
  const std::string entry = domain.filename().string();
  if (entry.find(':') != entry.rfind(':')) return false;
  const Result<std::string> name = read_sysfs_text(domain / "name");
  return name.ok() && name->starts_with("package");
}

Result<Counter> open_counter(const fs::path& domain) {
  const Result<std::int64_t> range = read_sysfs_number(domain / "max_energy_range_uj");
  if (!range.ok()) return range.status();
  const fs::path file = domain / "energy_uj";
  const Result<std::int64_t> value = read_sysfs_number(file);
  if (value.ok()) return Counter{file, *range, *value};
  if (value.status().code() != StatusCode::kIoError) return value.status();
  return io_error(fmt::format(
      "{}; let it be read: sudo chmod a+r {}/intel-rapl:*/energy_uj (until the next start)",
      value.status().message(), domain.parent_path().string()));
}

}  // namespace

SensorResult open_powercap(const fs::path& sysfs) {
  const fs::path folder = sysfs / "class/powercap";
  std::vector<std::string> names;
  std::vector<Counter> counters;
  for (const fs::path& domain : sysfs_entries(folder, "intel-rapl:")) {
    if (!is_package(domain)) continue;
    Result<Counter> counter = open_counter(domain);
    if (!counter.ok()) return counter.status();
    names.push_back(*read_sysfs_text(domain / "name"));
    counters.push_back(std::move(*counter));
  }
  if (counters.empty()) {
    return not_found(fmt::format("{} has no RAPL counter of a processor", folder.string()));
  }
  return std::unique_ptr<EnergySensor>(std::make_unique<Powercap>(
      fmt::format("RAPL {}", fmt::join(names, " + ")), std::move(counters)));
}

}  // namespace rightsize
