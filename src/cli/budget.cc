#include "cli/budget.h"

#include "core/clock.h"

namespace rightsize::cli {

Budget budget_of(const BudgetArgs& args) {
  Budget budget{.answer_late = args.answer_late, .proven = args.proven};
  if (args.max_loss_points) budget.max_loss = *args.max_loss_points / 100;
  if (args.min_quality_percent) budget.min_quality = *args.min_quality_percent / 100;
  if (args.mean_ms) budget.mean_latency = from_ms(*args.mean_ms);
  if (args.deadline_ms) budget.deadline = from_ms(*args.deadline_ms);
  if (args.max_energy_mj) budget.max_energy_mj = *args.max_energy_mj;
  return budget;
}

}  // namespace rightsize::cli
