// What llama.cpp planned for the development models: tests/golden, made by scripts/make-memory-golden.mjs.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "flat.hpp"
#include "llmcalc/memory.hpp"

namespace recorded {

struct Model {
  std::string name;
  std::string architectureClass;
  llmcalc::ModelSpec spec;
};

struct Device {
  bool present = false;
  bool weightsExact = false;
  double weights = 0;  // MiB, as are all
  double kvCache = 0;
  double recurrentState = 0;
  double computeBuffer = 0;
  double outputBuffer = 0;
};

struct Run {
  std::string model;
  std::string text;  // the options, for messages
  llmcalc::Runtime runtime;
  bool cpuFallback = false;
  double cells = 0;
  double slidingCells = 0;
  Device gpu;
  Device host;
};

template <typename Enum, typename Table>
Enum byName(const Table& table, std::string_view name) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].name == name) return static_cast<Enum>(i);
  }
  throw std::runtime_error("no such name: " + std::string(name));
}

inline std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

inline std::ifstream open(const char* name) {
  std::ifstream file(std::string(LLMCALC_GOLDEN_DIRECTORY) + name);
  if (!file) throw std::runtime_error(std::string("cannot open ") + name);
  return file;
}

// In the order of the file.
inline std::vector<Model> readModels() {
  std::vector<Model> models;
  std::ifstream file = open("models.tsv");
  for (std::string line; std::getline(file, line);) {
    const auto fields = split(line, '\t');
    std::vector<double> numbers;
    for (const std::string& word : split(fields[2], ' ')) numbers.push_back(std::stod(word));
    Model& model = models.emplace_back(Model{fields[0], fields[1], {}});
    llmcalc::flat::Reader reader(numbers);
    llmcalc::flat::read(reader, model.spec);
  }
  return models;
}

inline Device readDevice(const std::string& text) {
  if (text == "-") return {};
  const auto words = split(text, ' ');
  const auto number = [&](std::size_t i) { return std::stod(words[i]); };
  return {true, words[1] == "1", number(0), number(2), number(3), number(4), number(5)};
}

inline std::vector<Run> readRuns() {
  std::vector<Run> runs;
  std::ifstream file = open("memory.tsv");
  std::string model;
  for (std::string line; std::getline(file, line);) {
    const auto fields = split(line, '\t');
    if (fields.size() == 1) {
      model = line;
      continue;
    }
    const auto number = [&](std::size_t i) { return std::stod(fields[i]); };
    const auto flag = [&](std::size_t i) { return fields[i] == "1"; };
    Run run;
    run.model = model;
    run.text.append(model).append(": ").append(line);
    run.runtime.fileType = byName<llmcalc::FileType>(llmcalc::kFileTypes, fields[0]);
    run.runtime.server = flag(1);
    run.runtime.gpuCount = number(2);
    run.runtime.contextLength = number(3);
    run.runtime.batchSize = number(4);
    run.runtime.microBatchSize = number(5);
    run.runtime.sequences = number(6);
    run.runtime.kvUnified = flag(7);
    run.runtime.flashAttention = flag(8);
    run.runtime.cacheTypeK = byName<llmcalc::CacheType>(llmcalc::kCacheTypes, fields[9]);
    run.runtime.cacheTypeV = byName<llmcalc::CacheType>(llmcalc::kCacheTypes, fields[10]);
    run.runtime.gpuLayers = fields[11] == "all" ? llmcalc::kAllLayers : number(11);
    run.runtime.cpuMoeLayers = number(12);
    run.runtime.swaFull = flag(13);
    run.runtime.kvOffload = flag(14);
    run.runtime.backend = llmcalc::GpuBackend::vulkan;
    run.cpuFallback = flag(15);
    run.cells = number(16);
    run.slidingCells = number(17);
    run.gpu = readDevice(fields[18]);
    run.host = readDevice(fields[19]);
    runs.push_back(run);
  }
  return runs;
}

}  // namespace recorded
