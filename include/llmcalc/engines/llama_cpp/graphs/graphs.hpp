// graphs.hpp: the graph of every architecture that a ModelSpec names. Written by scripts/make-graphs.mjs from the files
// beside it, never by hand.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/command_r.hpp"
#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/deepseek2.hpp"
#include "llmcalc/engines/llama_cpp/graphs/falcon_h1.hpp"
#include "llmcalc/engines/llama_cpp/graphs/gemma3n.hpp"
#include "llmcalc/engines/llama_cpp/graphs/gemma4.hpp"
#include "llmcalc/engines/llama_cpp/graphs/granite_hybrid.hpp"
#include "llmcalc/engines/llama_cpp/graphs/llama4.hpp"
#include "llmcalc/engines/llama_cpp/graphs/olmo2.hpp"
#include "llmcalc/engines/llama_cpp/graphs/qwen35.hpp"
#include "llmcalc/engines/llama_cpp/graphs/qwen3next.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// What `ask` answers of the model's graph: ask(graph) gets a value of the struct that has its hooks. It is inlined,
// since a switch over a few sums takes less code than a call for each of them.
template <typename Ask>
[[gnu::always_inline, gnu::flatten]] constexpr auto askGraph(const ModelSpec& model, const Ask& ask) noexcept {
  switch (model.architecture) {
    case Architecture::common:
      break;
    case Architecture::commandR:
      return ask(CommandRGraph{});
    case Architecture::cohere2:
      return ask(Cohere2Graph{});
    case Architecture::deepseek2:
      return ask(DeepSeek2Graph{});
    case Architecture::falconH1:
      return ask(FalconH1Graph{});
    case Architecture::gemma3n:
      return ask(Gemma3nGraph{});
    case Architecture::gemma4:
      return ask(Gemma4Graph{});
    case Architecture::graniteHybrid:
      return ask(GraniteHybridGraph{});
    case Architecture::llama4:
      return ask(Llama4Graph{});
    case Architecture::olmo2:
      return ask(Olmo2Graph{});
    case Architecture::qwen35:
      return ask(Qwen35Graph{});
    case Architecture::qwen35moe:
      return ask(Qwen35MoeGraph{});
    case Architecture::qwen3next:
      return ask(Qwen3NextGraph{});
  }
  return ask(CommonGraph{});
}

}  // namespace llmcalc
