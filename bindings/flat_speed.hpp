// Hardware, profiles and estimates in the block: see flat.hpp.
#pragma once

#include "flat.hpp"
#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc::flat {

// visit(field) for every number of a profile, in order.
template <typename Profile, typename Visit>
constexpr void visitNumbers(Profile& p, Visit&& visit) {
  for (const ProfileField& row : kProfileFields) visit(p.*row.member);
  for (const ProfileCosts& row : kProfileCosts) {
    for (auto& cost : p.*row.member) visit(cost);
  }
  for (const ProfileSpread& row : kProfileSpreadFields) {
    auto& spread = p.*row.member;
    visit(spread.p10);
    visit(spread.p50);
    visit(spread.p90);
  }
}

template <typename Field>
constexpr void read(Field& field, SpeedProfile& p) {
  visitNumbers(p, field);
  readFields(field, p);
}

// The GPUs are between the numbers of the table and the profiles.
template <typename Field>
constexpr void read(Field& field, Hardware& h) {
  readFields(field, h);
  for (std::size_t i = 0; i < atMost(h.gpuCount, h.gpus.size()); ++i) readFields(field, h.gpus[i]);
  read(field, h.gpuProfile);
  read(field, h.hostProfile);
}

template <typename Field>
constexpr void read(Field& field, Workload& w) {
  readFields(field, w);
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
  visitNumbers(p, [&](double number) { *to++ = number; });
  return writeFields(to, p);
}

inline constexpr std::size_t kEstimateLength = kLength<SpeedEstimate>;

inline void write(double* to, const SpeedEstimate& e) {
  for (Band SpeedEstimate::*const band : kMembers<kBandFields>) to = writeFields(to, e.*band);
  for (SpeedTerms SpeedEstimate::*const terms : kMembers<kTermFields>) to = writeFields(to, e.*terms);
  writeRows<kReasonFields>(to, e, Places<kReasonFields>{});
}

}  // namespace llmcalc::flat
