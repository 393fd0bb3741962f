// What drafting gives for every pair of networks of a zoo: measured beside the network's own greedy
// decoding in the same run, with the bound that acceptance and the costs of calls allow.
//
// Threading: pure but for the time it takes; one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "model/runtime.h"
#include "rightsize/status.h"

namespace rightsize {

// One network decoding greedily, with what drafts for it. All means are per sentence, CPU time.
struct DraftedPair {
  std::string network;        // the greedy model that is drafted for
  std::string draft;          // a greedy model; empty: none
  std::string memory;         // whose nearest translation drafts too; empty: none
  double greedy_ms = 0.0;     // of the network alone
  double drafted_ms = 0.0;    // of the same with the draft
  double drafting_ms = 0.0;   // of it: proposing
  double preparing_ms = 0.0;  // pieces and encoder; the same both ways
  double same = 0.0;          // share of sentences with the same text; 1 but for a fault
  double proposed = 1.0;      // share of the calls that a draft was there for
  double acceptance = 0.0;    // of drafted tokens, up to the first wrong one of a draft
  double tokens = 0.0;        // of a translation, with the end mark
  double calls = 0.0;         // of the decoder for it
  std::size_t sentences = 0;
  double speedup() const { return drafted_ms > 0 ? greedy_ms / drafted_ms : 0.0; }

  // From the measured acceptance a and the costs of calls: of one token, of each further token in a
  // block, of a drafted token, and of getting the draft ready for a sentence. A block of k drafted
  // tokens gives 1 + a + ... + a^k tokens; calls that no draft was there for give one.
  double call_ms = 0.0;
  double further_ms = 0.0;
  double draft_ms = 0.0;
  double draft_preparing_ms = 0.0;
  double bound = 0.0;           // of the speed-up, for the best k
  std::size_t best_length = 0;  // that k; 0: do not draft
};

// The best speed-up that a constant draft length can have, and that length.
struct DraftBound {
  double speedup = 1.0;
  std::size_t length = 0;
};
DraftBound bound_of(const DraftedPair& pair);

// All greedy networks of `zoo`, each with every other one of its vocabulary, alone and with the
// first memory of the zoo. Ways take turns every 25 sentences, of which there is one at least,
// `rounds` times over all.
Result<std::vector<DraftedPair>> measure_drafts(
    const Zoo& zoo, const std::vector<std::filesystem::path>& search,
    const std::shared_ptr<Runtime>& runtime, std::span<const std::string> sentences, int rounds,
    const std::function<void(std::size_t done, std::size_t total)>& progress);

}  // namespace rightsize
