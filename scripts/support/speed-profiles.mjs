// data/runtime_profiles.csv, data/speed_spreads.csv and data/speed_types.csv as objects, and as the header that C++
// reads them from.
import { readFileSync } from 'node:fs';
import { NAMES } from '../../js/core/memory.js';
import { SPEED_NAMES, SPREADS } from '../../js/core/speed.js';
import { TENSOR_TYPES } from '../../js/models/tensors.js';
import { parseCsv } from './csv.mjs';

const DATA = new URL('../../data/', import.meta.url);

// The lists of C++, in its order.
export const BACKENDS = [...NAMES.backend.keys()];
export const { evidence: EVIDENCES, profileField: FIELDS } = SPEED_NAMES;
export const TYPES = Object.keys(TENSOR_TYPES);
export const CLASSES = SPREADS.filter((kind) => kind !== 'measured');
/** Those that families and devices have of their own. */
export const OWN_FIELDS = [
  'bandwidthShare',
  'kernelShare',
  'layerSeconds',
  'cacheShare',
  'quantizedShare',
  'halfShare',
  'attentionShare',
  'prefillLayerSeconds',
  'expertPadding',
];
/** Every number of a profile, in the order in which it crosses to C++. */
export const NUMBERS = [
  ...FIELDS,
  ...TYPES.map((type) => `operations ${type}`),
  ...TYPES.map((type) => `cost ${type}`),
];
const rowsOf = (name) => parseCsv(readFileSync(new URL(name, DATA), 'utf8'));
export const profileRows = () => rowsOf('runtime_profiles.csv');
/** Where fits start, by back end. */
export const priorRows = () => rowsOf('speed_priors.csv');
export const spreadRows = () => rowsOf('speed_spreads.csv');
/** File types that were measured, by back end. */
export const typeRows = () => rowsOf('speed_types.csv');

/** Four digits are kept, which float holds: half the bytes, and the same in every build. */
const float = (value) => {
  const digits = String(Number(value));
  return `${/[.e]/.test(digits) ? digits : `${digits}.0`}F`;
};
const list = (values) => `{${values.map(float).join(', ')}}`;
const quoted = (text) => JSON.stringify(text);

/** Every number of a back end's profile. */
const backendOf = (row) => `    ${list(NUMBERS.map((name) => row[name]))},\n`;

/** include/llmcalc/speed/profile_data.hpp, before clang-format. */
export function headerOf(rows = profileRows(), spreads = spreadRows(), types = typeRows()) {
  const ofLevel = (level) => rows.filter((row) => row.level === level);
  const backends = BACKENDS.map((backend) => ofLevel('backend').find((row) => row.backend === backend));
  const adjustments = (level) =>
    ofLevel(level)
      .map(
        (row) =>
          `    {GpuBackend::${row.backend}, ${quoted(row.name)}, ${list(OWN_FIELDS.map((name) => row[name]))}},\n`,
      )
      .join('');
  const spreadOf = (backend, evidence, kind) => {
    const row = spreads.find(
      (s) => s.backend === backend && s.evidence === evidence && s.class === kind && s.device === '',
    );
    return list([row.p10, row.p50, row.p90]);
  };
  const own = spreads.filter(({ device }) => device !== '');
  const ownSpread = ({ backend, device, class: kind, p10, p50, p90 }) =>
    `    {GpuBackend::${backend}, ${quoted(device)}, ${CLASSES.indexOf(kind)}, ${list([p10, p50, p90])}},\n`;
  const measured = spreads.find((s) => s.class === 'measured');
  const spreadsOf = (backend) =>
    `    {{${EVIDENCES.map((evidence) => `{{${CLASSES.map((kind) => spreadOf(backend, evidence, kind)).join(', ')}}}`).join(',\n      ')}}},\n`;
  const array = (level, name) =>
    `inline constexpr std::array<Adjustment, ${ofLevel(level).length}> ${name} = {{\n${adjustments(level)}}};\n\n`;
  return `// Made by scripts/fit-speed.mjs from data/runtime_profiles.csv, data/speed_spreads.csv and data/speed_types.csv.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "llmcalc/machine/backend.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc::speed {

struct Adjustment {
  GpuBackend backend;
  std::string_view name;
  std::array<float, ${OWN_FIELDS.length}> factors;  // of kAdjusted
};

struct DeviceSpread {
  GpuBackend backend;
  std::string_view name;
  std::size_t kind;  // as in kSpreads
  std::array<float, 3> quantiles;
};

inline constexpr std::array<double SpeedProfile::*, ${OWN_FIELDS.length}> kAdjusted = {${OWN_FIELDS.map((name) => `&SpeedProfile::${name}`).join(', ')}};

// In the order of GpuBackend: kProfileFields, then operationsPerWeight and prefillCost of every tensor type.
inline constexpr std::array<std::array<float, ${NUMBERS.length}>, kBackends.size()> kBackendProfiles = {{
${backends.map(backendOf).join('')}}};

// Factors of a back end's profile for a family of devices.
${array('family', 'kFamilyAdjustments')}// Factors of a family's for one device.
${array('device', 'kDeviceAdjustments')}// Factors of what current builds do, for those of a year and before.
${array('builds', 'kBuildAdjustments')}// By back end, evidence and class (decode, experts, prefill, batched): Spread's quantiles.
inline constexpr std::array<std::array<std::array<std::array<float, 3>, ${CLASSES.length}>, kEvidences.size()>, kBackends.size()> kSpreads = {{
${BACKENDS.map(spreadsOf).join('')}}};

// The same for devices that have enough rows of their own.
inline constexpr std::array<DeviceSpread, ${own.length}> kDeviceSpreads = {{
${own.map(ownSpread).join('')}}};

struct MeasuredType {
  GpuBackend backend;
  FileType fileType;
};

// File types that cells of a back end decode.
inline constexpr std::array<MeasuredType, ${types.length}> kMeasuredTypes = {{
${types.map(({ backend, fileType }) => `    {GpuBackend::${backend}, FileType::${fileType}},\n`).join('')}}};

// Of decoding the very model that was measured.
inline constexpr std::array<float, 3> kMeasuredSpread = ${list([measured.p10, measured.p50, measured.p90])};

}  // namespace llmcalc::speed
`;
}
