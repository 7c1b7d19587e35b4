// speed_fields.hpp: what an estimate of speed consists of.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

template <>
inline constexpr auto kFields<Band> = std::tuple{
    field::Number{"speed.band.p10", &Band::p10},
    field::Number{"speed.band.p50", &Band::p50},
    field::Number{"speed.band.p90", &Band::p90},
};

// By cause, in the order of Limit.
template <>
inline constexpr auto kFields<SpeedTerms> = std::tuple{
    field::Number{"speed.terms.memory", &SpeedTerms::memory},
    field::Number{"speed.terms.compute", &SpeedTerms::compute},
    field::Number{"speed.terms.cache", &SpeedTerms::cache},
    field::Number{"speed.terms.launch", &SpeedTerms::launch},
    field::Number{"speed.terms.link", &SpeedTerms::link},
    field::Number{"speed.terms.host", &SpeedTerms::host},
};

inline constexpr auto kBandFields = std::tuple{
    field::Part{"speed.decode", &SpeedEstimate::decode},
    field::Part{"speed.prefill", &SpeedEstimate::prefill},
    field::Part{"speed.timeToFirstToken", &SpeedEstimate::timeToFirstToken},
    field::Part{"speed.requestTime", &SpeedEstimate::requestTime},
    field::Part{"speed.tokensPerSecondUser", &SpeedEstimate::tokensPerSecondUser},
    field::Part{"speed.tokensPerSecondTotal", &SpeedEstimate::tokensPerSecondTotal},
};
inline constexpr auto kTermFields = std::tuple{
    field::Part{"speed.terms.step", &SpeedEstimate::step},
    field::Part{"speed.terms.prompt", &SpeedEstimate::prompt},
};
// Why an estimate is what it is.
inline constexpr auto kReasonFields = std::tuple{
    field::Choice{"speed.decodeLimit", &SpeedEstimate::decodeLimit, kLimits},
    field::Choice{"speed.prefillLimit", &SpeedEstimate::prefillLimit, kLimits},
    field::Choice{"speed.evidence", &SpeedEstimate::evidence, kEvidences},
};
template <>
inline constexpr auto kFields<SpeedEstimate> = std::tuple_cat(kBandFields, kTermFields, kReasonFields);

}  // namespace llmcalc
