// The tables of run.db. docs/file-formats.md says what they hold.
#pragma once

namespace rightsize {

inline constexpr int kApplicationId = 0x52537A31;  // "RSz1"; do not change

// Raise with every change of the tables. Version 1 had no energy, resources and features, version 2
// no translations, version 3 no doubts and no outcomes of status 2 (no answer); they are still
// read, but not written.
inline constexpr int kSchemaVersion = 4;
inline constexpr int kOldestSchemaVersion = 1;
inline constexpr int kSchemaWithDoubts = 4;  // and with outcomes of status 2

inline constexpr const char* kSchema = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE models(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL) STRICT;
CREATE TABLE items(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label INTEGER, status INTEGER NOT NULL,
  error TEXT, sha256 TEXT, width INTEGER, height INTEGER) STRICT;
CREATE TABLE outcomes(
  item INTEGER NOT NULL, model INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT,
  label INTEGER, top1 INTEGER, top5 INTEGER,
  max_probability REAL, margin REAL, entropy REAL, top BLOB, rest REAL,
  PRIMARY KEY(item, model)) STRICT, WITHOUT ROWID;
CREATE TABLE sentences(
  item INTEGER PRIMARY KEY, source TEXT NOT NULL, reference TEXT NOT NULL) STRICT;
CREATE TABLE translations(
  item INTEGER NOT NULL, model INTEGER NOT NULL, text TEXT NOT NULL,
  source_pieces INTEGER NOT NULL, target_tokens INTEGER NOT NULL, finished INTEGER NOT NULL,
  mean_log_probability REAL, min_log_probability REAL, margin REAL, length_ratio REAL,
  similarity REAL, doubts INTEGER NOT NULL, PRIMARY KEY(item, model)) STRICT, WITHOUT ROWID;
CREATE TABLE decode_samples(
  item INTEGER NOT NULL, pass INTEGER NOT NULL, cpu_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
  PRIMARY KEY(item, pass)) STRICT, WITHOUT ROWID;
CREATE TABLE timing_samples(
  item INTEGER NOT NULL, model INTEGER NOT NULL, pass INTEGER NOT NULL,
  preprocess_cpu_ns INTEGER NOT NULL, preprocess_wall_ns INTEGER NOT NULL,
  inference_cpu_ns INTEGER NOT NULL, inference_wall_ns INTEGER NOT NULL,
  PRIMARY KEY(item, model, pass)) STRICT, WITHOUT ROWID;
CREATE TABLE features(
  item INTEGER PRIMARY KEY, has_object INTEGER NOT NULL, features BLOB NOT NULL) STRICT;
CREATE TABLE feature_samples(
  item INTEGER NOT NULL, pass INTEGER NOT NULL, feature_group INTEGER NOT NULL,
  cpu_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
  PRIMARY KEY(item, pass, feature_group)) STRICT, WITHOUT ROWID;
CREATE TABLE resources(
  model INTEGER PRIMARY KEY, file_bytes INTEGER NOT NULL, memory_bytes INTEGER) STRICT;
CREATE TABLE idle_power(
  run TEXT NOT NULL, session INTEGER NOT NULL, sensor TEXT NOT NULL,
  watts REAL NOT NULL, spread REAL NOT NULL,
  PRIMARY KEY(run, session)) STRICT, WITHOUT ROWID;
CREATE TABLE energy_blocks(
  run TEXT NOT NULL, work INTEGER NOT NULL, block INTEGER NOT NULL, session INTEGER NOT NULL,
  runs INTEGER NOT NULL, joules REAL NOT NULL, wall_ns INTEGER NOT NULL,
  PRIMARY KEY(run, work, block)) STRICT, WITHOUT ROWID;
)";

}  // namespace rightsize
