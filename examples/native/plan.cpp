// What does a model of the catalogue take on a graphics card of it, or what do the keys of a GGUF header?
#include <cstdio>
#include <llmcalc/catalog.hpp>
#include <llmcalc/llmcalc.hpp>
#include <llmcalc/readers/gguf.hpp>
#include <string>

namespace {

void print(const char* name, const llmcalc::ModelSpec& model, double memory) {
  llmcalc::Runtime runtime;
  runtime.fileType = llmcalc::FileType::Q4_K_M;
  runtime.contextLength = 8192;
  const llmcalc::MemoryPlan plan = llmcalc::planMemory(model, runtime);
  llmcalc::Machine machine;
  machine.hostMemory = 64e9;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = memory;
  std::printf("%s: %.2f GB on the GPU, %s\n", name, plan.gpus[0].total() / 1e9,
              llmcalc::fits(plan, machine).fits ? "fits" : "does not fit");
}

}  // namespace

int main() {
  const llmcalc::catalog::Model& model = llmcalc::catalog::findModel("llama 3.1 8b");
  const llmcalc::catalog::Device& device = llmcalc::catalog::findDevice("rtx 4090");
  print(model.name.c_str(), model.spec, device.memory.value_or(0.0));

  const llmcalc::gguf::Metadata keys = {{"general.architecture", std::string("qwen3")},
                                        {"qwen3.vocab_size", 151936.0},
                                        {"qwen3.embedding_length", 4096.0},
                                        {"qwen3.block_count", 36.0},
                                        {"qwen3.feed_forward_length", 12288.0},
                                        {"qwen3.attention.head_count", 32.0},
                                        {"qwen3.attention.head_count_kv", 8.0},
                                        {"qwen3.attention.key_length", 128.0},
                                        {"qwen3.attention.value_length", 128.0}};
  const auto read = llmcalc::gguf::tryModelFromKeys(keys);
  if (!read) {
    std::printf("%s\n", read.refusal().c_str());
    return 1;
  }
  print("the keys of Qwen3 8B", *read, device.memory.value_or(0.0));
}
