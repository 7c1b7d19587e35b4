// Hardware, profiles and estimates in the block: see flat.hpp.
#pragma once

#include "flat.hpp"
#include "llmcalc/device.hpp"
#include "llmcalc/throughput.hpp"

namespace llmcalc::flat {

template <typename Field>
constexpr void read(Field& field, Device& d) {
  field(d.bandwidth);
  field(d.shaderFlops);
  field(d.halfFlops);
  field(d.quantizedOps);
  field(d.threads);
}

template <typename Field>
constexpr void read(Field& field, Spread& s) {
  field(s.p10);
  field(s.p50);
  field(s.p90);
}

template <typename Field>
constexpr void read(Field& field, SpeedProfile& p) {
  for (const ProfileField& f : kProfileFields) field(p.*f.member);
  for (double& operations : p.operationsPerWeight) field(operations);
  for (double& cost : p.prefillCost) field(cost);
  for (Spread SpeedProfile::*const spread : kProfileSpreads) read(field, p.*spread);
  field(p.measuredBytes);
  field(p.evidence);
}

template <typename Field>
constexpr void read(Field& field, Hardware& h) {
  field(h.gpuCount);
  for (std::size_t i = 0; i < atMost(h.gpuCount, h.gpus.size()); ++i) read(field, h.gpus[i]);
  read(field, h.host);
  field(h.linkBandwidth);
  field(h.gpuLinkBandwidth);
  field(h.unified);
  field(h.split);
  field(h.engine);
  read(field, h.gpuProfile);
  read(field, h.hostProfile);
}

template <typename Field>
constexpr void read(Field& field, Workload& w) {
  field(w.promptLength);
  field(w.outputLength);
  field(w.cachedTokens);
  field(w.concurrency);
  field(w.draftLength);
  field(w.acceptanceRate);
  field(w.draftCost);
  field(w.fileBytes);
}

// What a longest question has beside the shape: what has to fit into the block with it.
inline constexpr std::size_t kMostSpeed = [] {
  Hardware hardware;
  hardware.gpuCount = Runtime::kMaximumGpus;
  Workload workload;
  Counter count;
  read(count, hardware);
  read(count, workload);
  return count.count();
}();
inline constexpr std::size_t kProfileLength = [] {
  SpeedProfile profile;
  Counter count;
  read(count, profile);
  return count.count();
}();

inline double* write(double* to, const SpeedProfile& p) {
  for (const ProfileField& f : kProfileFields) *to++ = p.*f.member;
  for (const double operations : p.operationsPerWeight) *to++ = operations;
  for (const double cost : p.prefillCost) *to++ = cost;
  for (Spread SpeedProfile::*const spread : kProfileSpreads) {
    const Spread& s = p.*spread;
    *to++ = s.p10;
    *to++ = s.p50;
    *to++ = s.p90;
  }
  *to++ = p.measuredBytes;
  *to++ = static_cast<double>(p.evidence);
  return to;
}

inline constexpr std::size_t kEstimateLength = 33;

inline void write(double* to, const SpeedEstimate& e) {
  for (const Band& band :
       {e.decode, e.prefill, e.timeToFirstToken, e.requestTime, e.tokensPerSecondUser, e.tokensPerSecondTotal}) {
    *to++ = band.p10;
    *to++ = band.p50;
    *to++ = band.p90;
  }
  for (const SpeedTerms& t : {e.step, e.prompt}) {
    for (const double seconds : {t.memory, t.compute, t.cache, t.launch, t.link, t.host}) *to++ = seconds;
  }
  *to++ = static_cast<double>(e.decodeLimit);
  *to++ = static_cast<double>(e.prefillLimit);
  *to = static_cast<double>(e.evidence);
}

}  // namespace llmcalc::flat
