// Rules in selector files (docs/file-formats.md lists every key). Reading is strict and safe on
// hostile bytes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/json_reader.h"
#include "core/manifest.h"
#include "selector/rule.h"

namespace rightsize {

nlohmann::ordered_json to_json(const Rule& rule, const Zoo& zoo);
// `path` is where `object` stands in the file, for messages.
Result<Rule> rule_from_json(const nlohmann::json& object, const std::string& path, const Zoo& zoo);

// What the kinds of rules share.

// The model called what `key` says.
ModelIndex read_model_name(JsonReader& in, const char* key, const Zoo& zoo);
// The same where null stands for none.
std::optional<ModelIndex> read_optional_model(JsonReader& in, const char* key, const Zoo& zoo);
nlohmann::ordered_json name_or_null(const std::optional<ModelIndex>& model, const Zoo& zoo);

// The kinds. The keys are added to `document`, or read from `in`, which the caller finishes.
void add_cascade(const CascadeRule& rule, const Zoo& zoo, nlohmann::ordered_json& document);
Result<CascadeRule> read_cascade(JsonReader& in, const Zoo& zoo);
void add_premodel(const PremodelRule& rule, const Zoo& zoo, nlohmann::ordered_json& document);
// Is there a key `fallback`?
enum class Fallback : std::uint8_t { kKey, kNone };
Result<PremodelRule> read_premodel(JsonReader& in, const Zoo& zoo,
                                   Fallback fallback = Fallback::kKey);
void add_entry(const EntryRule& rule, const Zoo& zoo, nlohmann::ordered_json& document);
Result<EntryRule> read_entry(JsonReader& in, const Zoo& zoo);
void add_routing(const RoutingRule& rule, const Zoo& zoo, nlohmann::ordered_json& document);
Result<RoutingRule> read_routing(JsonReader& in, const Zoo& zoo);

}  // namespace rightsize
