// catalog.hpp: models and devices by name; the native side of js/entries/catalog.js, made from the same data/.
//
// The catalogue is a library, which a program links beside the headers: llmcalc::catalog.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc::catalog {

struct Model {
  std::string name;
  std::vector<std::string> aliases;
  std::string repository;    // on Hugging Face
  std::string modelType;     // of its config.json
  std::string unplannable;   // why there is no spec; else empty
  std::string architecture;  // of its GGUF files
  bool recorded = false;     // plans of its architecture were recorded from llama.cpp
  ModelSpec spec;
  std::string shape;             // what speed depends on, equal for models that are alike
  std::string defaultFileType;   // what people download
  std::string releasedAs;        // precision of what the publisher released; empty: not known
  std::vector<std::string> use;  // what people take it for: chat, code, vision, audio, embedding
  std::string released;          // year, mostly with month: "2025-04"; empty: not known
  std::string license;           // as Hugging Face names it; empty: not known
};

// Facts of a data sheet; what is unknown is not there.
struct Device {
  std::string name;
  std::vector<std::string> aliases;
  std::string vendor;
  std::string family;
  std::string kind;                    // gpu, apple, apu, cpu or accelerator
  std::string memoryKind;              // as in kMemoryKinds; empty for processors
  std::optional<double> memory;        // bytes that a program can have
  std::optional<double> memorySold;    // bytes
  std::string memorySource;            // how `memory` is known
  std::optional<double> bandwidth;     // bytes/s
  std::optional<double> bandwidthGBs;  // the same in GB/s
  std::string backend;                 // as in kBackends; empty where llama.cpp does not run
  double multiprocessors = 0;          // 0: unknown
  // Operations/s that estimates of speed start from, as in llmcalc/machine/hardware.hpp; 0: unknown.
  double shaderFlops = 0;
  double halfFlops = 0;
  double quantizedOps = 0;
  std::string profileFamily;    // devices of one profile of speed
  std::string memoryType;       // GDDR6X, HBM3, LPDDR5X; empty: not known
  std::optional<double> power;  // W, what its maker rates it to draw at most
  std::optional<double> releaseYear;
};

[[nodiscard]] const std::vector<Model>& models();
[[nodiscard]] const std::vector<Device>& devices();

// Whether plans of an architecture, by its name in GGUF files, were recorded from llama.cpp.
[[nodiscard]] bool isRecorded(const std::string& architecture);

// The one of that loose name; throws std::invalid_argument with the candidates, or the nearest names.
[[nodiscard]] const Model& findModel(const std::string& query);
[[nodiscard]] const Device& findDevice(const std::string& query);

}  // namespace llmcalc::catalog
