// Any text as a selector file: it is refused with a message, or what it gives is written and read
// again to the same text, and each of its selectors decides without harm.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "selector/fake_world.h"
#include "selector/selector_file.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void decide_with(const rightsize::OperatingPoint& point, std::size_t models) {
  std::vector<rightsize::Trial> trials;
  for (std::size_t m = 0; m < models; ++m) {
    trials.push_back(m % 3 == 2 ? rightsize::test::failing()
                                : rightsize::test::answering(static_cast<std::int64_t>(m), 0.5));
  }
  const std::unique_ptr<rightsize::Selector> selector = rightsize::make_selector(point.rule);
  for (const float feature : {0.0F, 0.4F, 1e30F, std::nanf("")}) {
    rightsize::test::FakeWorld world(trials);
    world.values.assign(rightsize::kImageFeatures, feature);
    const rightsize::Decision decision = rightsize::decide(*selector, world);
    require(decision.tried_count <= selector->models().size());
    require(!decision.answered() || decision.last().trial < decision.tried_count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto file = rightsize::parse_selector_file(text, "file");
  if (!file.ok()) {
    require(!file.status().message().empty());
    return 0;
  }
  const std::string written = rightsize::to_json_text(*file);
  const auto again = rightsize::parse_selector_file(written, "file");
  require(again.ok());
  require(again->points == file->points && again->figures == file->figures);
  require(rightsize::to_json_text(*again) == written);
  for (const rightsize::OperatingPoint& point : file->points) {
    decide_with(point, file->zoo.models.size());
  }
  return 0;
}
