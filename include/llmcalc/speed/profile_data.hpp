// Made by scripts/fit-speed.mjs from data/runtime_profiles.csv, data/speed_spreads.csv and data/speed_types.csv.
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
  std::array<float, 9> factors;  // of kAdjusted
};

struct DeviceSpread {
  GpuBackend backend;
  std::string_view name;
  std::size_t kind;  // as in kSpreads
  std::array<float, 3> quantiles;
};

inline constexpr std::array<double SpeedProfile::*, 9> kAdjusted = {
    &SpeedProfile::bandwidthShare, &SpeedProfile::kernelShare,         &SpeedProfile::layerSeconds,
    &SpeedProfile::cacheShare,     &SpeedProfile::quantizedShare,      &SpeedProfile::halfShare,
    &SpeedProfile::attentionShare, &SpeedProfile::prefillLayerSeconds, &SpeedProfile::expertPadding};

// In the order of GpuBackend: kProfileFields, then operationsPerWeight and prefillCost of every tensor type.
inline constexpr std::array<std::array<float, 76>, kBackends.size()> kBackendProfiles = {{
    {0.8693F, 0.7098F,      0.00004318F, 0.241F,  0.6163F,   0.6506F, 107.8F,  0.3426F, 1.331F, 0.4805F, 0.0002941F,
     89.47F,  0.000003821F, 28.16F,      2.655F,  0.001234F, 20.08F,  7.958F,  8.013F,  10.45F, 9.008F,  14.22F,
     16.8F,   15.74F,       12.1F,       11.42F,  35.16F,    13.43F,  14.14F,  24.21F,  12.1F,  12.57F,  16.0F,
     25.96F,  18.0F,        19.38F,      16.0F,   16.0F,     24.93F,  11.25F,  20.1F,   20.1F,  22.99F,  16.1F,
     10.0F,   10.0F,        1.004F,      1.044F,  0.7083F,   0.9382F, 1.032F,  1.109F,  1.0F,   0.9559F, 1.03F,
     1.869F,  1.67F,        1.098F,      1.042F,  1.355F,    1.03F,   1.262F,  1.3F,    1.3F,   1.12F,   1.12F,
     1.1F,    1.2F,         1.01F,       0.9043F, 1.2F,      1.2F,    0.7187F, 0.87F,   1.1F,   1.1F},
    {0.9034F, 0.8565F,   0.0001086F, 0.5124F, 0.5852F,    0.5396F, 120.1F, 0.7291F, 0.7817F, 0.6062F, 0.000242F,
     21.85F,  0.000006F, 26.67F,     1.902F,  0.0009737F, 20.12F,  8.08F,  8.0F,    9.838F,  9.85F,   25.13F,
     16.8F,   10.68F,    12.1F,      13.49F,  23.87F,     13.33F,  21.46F, 16.67F,  12.1F,   16.0F,   16.0F,
     16.0F,   18.0F,     18.0F,      16.0F,   16.0F,      21.4F,   12.5F,  20.1F,   20.1F,   20.16F,  16.1F,
     10.0F,   10.0F,     1.001F,     0.9945F, 1.0F,       1.057F,  1.03F,  1.217F,  1.0F,    1.059F,  1.03F,
     1.296F,  1.267F,    1.167F,     1.07F,   1.304F,     1.03F,   1.2F,   1.3F,    1.3F,    1.12F,   1.12F,
     1.1F,    1.2F,      1.01F,      0.93F,   1.2F,       1.2F,    1.023F, 0.87F,   1.1F,    1.1F},
    {0.8803F, 0.4572F,      0.00005673F, 0.6101F, 0.6627F,   0.6577F, 120.1F,  0.2214F, 0.09472F, 0.04326F, 0.001214F,
     85.35F,  0.000006504F, 26.0F,       0.9727F, 0.001007F, 20.21F,  8.0F,    26.27F,  4.717F,   9.85F,    15.49F,
     16.8F,   27.26F,       12.1F,       18.68F,  24.61F,    21.6F,   20.99F,  5.235F,  12.1F,    16.0F,    16.0F,
     16.0F,   18.0F,        18.0F,       16.0F,   16.0F,     21.4F,   12.5F,   20.1F,   20.1F,    17.81F,   16.1F,
     10.0F,   10.0F,        0.9986F,     1.0F,    1.263F,    0.853F,  1.03F,   1.093F,  1.0F,     1.181F,   1.03F,
     1.78F,   1.494F,       1.429F,      1.027F,  0.9464F,   1.03F,   1.2F,    1.3F,    1.3F,     1.12F,    1.12F,
     1.1F,    1.2F,         1.01F,       0.93F,   1.2F,      1.2F,    0.9084F, 0.87F,   1.1F,     1.1F},
    {0.8753F, 0.5596F,     0.00005275F, 1.298F, 0.7071F,    0.7624F, 119.4F,  0.3059F, 0.4127F, 0.07495F, 0.0005218F,
     45.47F,  0.00001165F, 29.85F,      1.001F, 0.0009843F, 20.09F,  8.0F,    8.048F,  16.09F,  9.85F,    12.0F,
     16.8F,   8.902F,      12.1F,       20.1F,  27.6F,      17.64F,  24.66F,  23.16F,  12.1F,   16.0F,    16.0F,
     16.0F,   18.0F,       18.0F,       16.0F,  16.0F,      21.4F,   12.5F,   20.1F,   20.1F,   7.786F,   16.1F,
     10.0F,   10.0F,       0.9996F,     1.0F,   0.913F,     1.047F,  1.03F,   1.096F,  1.0F,    1.055F,   1.03F,
     1.78F,   1.258F,      1.056F,      1.031F, 1.574F,     1.03F,   1.2F,    1.3F,    1.3F,    1.12F,    1.12F,
     1.1F,    1.2F,        1.01F,       0.93F,  1.2F,       1.2F,    0.8069F, 0.87F,   1.1F,    1.1F},
    {0.6375F, 0.7769F, 0.000005044F, 0.6F,   1.1F,   0.74F,   3.0F,    0.7377F, 0.6496F, 0.3F,    0.000001F,
     1.0F,    1e-7F,   10.0F,        1.0F,   0.001F, 0.6001F, 0.3036F, 0.3001F, 1.254F,  1.4F,    3.152F,
     3.7F,    0.8701F, 0.9F,         3.114F, 3.972F, 2.076F,  3.104F,  3.177F,  0.9F,    5.44F,   4.903F,
     6.751F,  9.183F,  8.891F,       6.0F,   6.0F,   0.9168F, 2.351F,  3.0F,    2.0F,    8.613F,  3.0F,
     2.0F,    2.0F,    2.003F,       1.443F, 1.718F, 0.5618F, 0.833F,  1.559F,  1.43F,   0.7546F, 0.769F,
     1.298F,  1.867F,  0.8585F,      1.521F, 1.543F, 0.769F,  2.411F,  2.295F,  2.693F,  3.539F,  3.627F,
     2.5F,    2.5F,    0.5683F,      1.099F, 1.67F,  1.25F,   1.67F,   1.67F,   1.0F,    1.0F},
    {0.9434F, 0.3597F,   0.0001025F, 1.009F, 1.59F,     0.6072F, 50.86F,  0.1346F, 0.129F, 0.02432F, 0.00036F,
     297.2F,  0.000006F, 30.0F,      1.011F, 0.001004F, 20.11F,  8.0F,    175.4F,  7.604F, 12.51F,   43.23F,
     16.8F,   12.37F,    12.1F,      23.02F, 11.02F,    6.02F,   17.05F,  14.84F,  12.1F,  16.0F,    16.0F,
     16.0F,   25.3F,     25.04F,     16.0F,  16.0F,     48.02F,  11.59F,  20.1F,   20.1F,  37.03F,   16.1F,
     10.0F,   10.0F,     1.001F,     1.0F,   1.546F,    1.343F,  1.279F,  1.044F,  1.0F,   0.8278F,  1.03F,
     1.594F,  1.394F,    0.8645F,    1.461F, 0.751F,    1.03F,   1.2F,    1.3F,    1.3F,   1.248F,   1.245F,
     1.1F,    1.2F,      1.203F,     1.114F, 1.2F,      1.2F,    0.7648F, 0.87F,   1.1F,   1.1F},
}};

// Factors of a back end's profile for a family of devices.
inline constexpr std::array<Adjustment, 21> kFamilyAdjustments = {{
    {GpuBackend::cuda,
     "NVIDIA Ampere GeForce",
     {1.031F, 0.882F, 0.9084F, 0.8575F, 0.8953F, 0.9527F, 1.145F, 1.225F, 0.9056F}},
    {GpuBackend::cuda, "NVIDIA Ada GeForce", {1.07F, 1.173F, 1.2F, 0.9249F, 0.9415F, 1.124F, 1.144F, 0.9846F, 1.0F}},
    {GpuBackend::cuda, "NVIDIA Ada pro", {1.034F, 0.9568F, 1.113F, 1.002F, 0.683F, 1.022F, 1.073F, 1.213F, 1.0F}},
    {GpuBackend::cuda, "NVIDIA Ampere DC", {0.6772F, 1.636F, 1.452F, 0.9617F, 1.173F, 0.9648F, 0.9624F, 1.216F, 1.0F}},
    {GpuBackend::cuda,
     "NVIDIA Blackwell GeForce",
     {1.025F, 1.336F, 1.057F, 0.9839F, 1.205F, 0.9999F, 1.034F, 1.092F, 2.374F}},
    {GpuBackend::cuda, "NVIDIA SoC", {0.9584F, 0.5465F, 1.335F, 1.473F, 0.7007F, 0.9982F, 0.9538F, 0.975F, 0.9301F}},
    {GpuBackend::cuda, "NVIDIA Pascal", {0.9828F, 0.8164F, 2.563F, 1.051F, 0.8969F, 1.0F, 0.9813F, 1.016F, 1.0F}},
    {GpuBackend::cuda, "NVIDIA Hopper", {1.059F, 1.035F, 1.016F, 0.922F, 1.067F, 0.9852F, 0.9215F, 0.9312F, 1.068F}},
    {GpuBackend::metal, "Apple M1-M2", {0.9933F, 0.7541F, 1.041F, 1.057F, 0.9914F, 1.001F, 1.065F, 0.9364F, 0.9086F}},
    {GpuBackend::metal, "Apple M3-M5", {1.026F, 1.275F, 1.038F, 1.095F, 1.018F, 1.001F, 0.9459F, 1.036F, 1.013F}},
    {GpuBackend::vulkan, "AMD APU", {0.9262F, 1.433F, 1.113F, 1.111F, 0.9484F, 1.123F, 1.425F, 0.9635F, 0.798F}},
    {GpuBackend::vulkan, "AMD RDNA4", {0.9052F, 1.094F, 0.8661F, 1.024F, 1.077F, 1.051F, 0.8946F, 0.9836F, 0.9689F}},
    {GpuBackend::vulkan, "AMD RDNA3", {1.136F, 1.652F, 0.946F, 0.9486F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::vulkan, "Intel Arc", {1.189F, 0.3477F, 2.502F, 0.7986F, 0.7036F, 0.8819F, 0.4011F, 1.073F, 1.263F}},
    {GpuBackend::rocm, "AMD APU", {0.9882F, 1.117F, 1.193F, 0.9596F, 0.8472F, 0.9891F, 1.531F, 1.001F, 0.9822F}},
    {GpuBackend::rocm, "AMD RDNA4", {1.02F, 1.335F, 1.116F, 1.203F, 0.9554F, 1.026F, 0.9033F, 1.005F, 1.34F}},
    {GpuBackend::rocm, "AMD RDNA3", {1.011F, 0.9521F, 1.438F, 0.9937F, 1.45F, 1.0F, 0.9363F, 0.9241F, 0.84F}},
    {GpuBackend::cpu, "x86", {0.992F, 0.7565F, 0.7286F, 1.0F, 1.093F, 0.9017F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "Apple", {1.001F, 1.07F, 1.072F, 1.0F, 1.032F, 1.144F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "vCPU", {1.269F, 0.3169F, 0.952F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::sycl, "Intel Arc", {0.9924F, 0.9897F, 1.003F, 1.431F, 1.01F, 0.9465F, 1.004F, 1.026F, 1.079F}},
}};

// Factors of a family's for one device.
inline constexpr std::array<Adjustment, 49> kDeviceAdjustments = {{
    {GpuBackend::cuda, "GeForce RTX 3080 10GB", {1.042F, 1.125F, 0.9081F, 0.9985F, 1.143F, 1.0F, 1.104F, 1.175F, 1.0F}},
    {GpuBackend::cuda, "GeForce RTX 3080 Ti", {0.9988F, 1.06F, 0.9292F, 0.9877F, 1.015F, 1.0F, 1.065F, 1.258F, 1.0F}},
    {GpuBackend::cuda, "GeForce RTX 3090", {0.995F, 1.342F, 1.3F, 0.9763F, 1.016F, 0.8779F, 1.134F, 0.8981F, 0.9424F}},
    {GpuBackend::cuda, "GeForce RTX 4090", {1.038F, 1.086F, 0.914F, 0.989F, 1.044F, 1.6F, 1.39F, 0.9354F, 1.0F}},
    {GpuBackend::cuda, "RTX 4000 Ada", {1.052F, 0.9844F, 1.019F, 1.002F, 1.037F, 0.9595F, 1.152F, 1.244F, 1.0F}},
    {GpuBackend::cuda, "RTX 5000 Ada", {1.066F, 1.002F, 0.9273F, 1.004F, 0.9647F, 1.279F, 1.153F, 0.912F, 1.0F}},
    {GpuBackend::cuda, "RTX A6000", {1.026F, 0.9533F, 1.052F, 1.0F, 0.8141F, 0.937F, 1.055F, 1.363F, 1.0F}},
    {GpuBackend::cuda, "A100 PCIe 80GB", {0.9056F, 1.375F, 0.7876F, 0.9989F, 1.256F, 1.089F, 0.95F, 1.05F, 1.0F}},
    {GpuBackend::cuda, "A100 SXM 80GB", {0.8649F, 1.339F, 0.8696F, 0.9974F, 1.352F, 1.0F, 1.013F, 1.164F, 1.0F}},
    {GpuBackend::cuda, "GeForce RTX 5060 Ti 16GB", {1.01F, 0.8325F, 1.014F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cuda,
     "GB10 (DGX Spark)",
     {0.9842F, 1.18F, 0.9733F, 1.109F, 0.6404F, 0.9932F, 1.307F, 0.9087F, 0.4407F}},
    {GpuBackend::cuda, "GeForce RTX 3090 Ti", {0.9241F, 0.873F, 1.174F, 0.9941F, 0.6118F, 1.0F, 0.9864F, 1.186F, 1.0F}},
    {GpuBackend::cuda, "GeForce RTX 3060 12GB", {1.043F, 1.071F, 0.8913F, 1.005F, 0.9691F, 1.0F, 0.9481F, 1.01F, 1.0F}},
    {GpuBackend::cuda,
     "GeForce RTX 5090",
     {1.154F, 1.097F, 1.075F, 0.9947F, 0.8959F, 0.9999F, 1.001F, 0.9969F, 1.738F}},
    {GpuBackend::cuda, "Tesla P40", {1.087F, 1.082F, 0.9478F, 1.001F, 1.096F, 1.0F, 0.9878F, 1.005F, 1.0F}},
    {GpuBackend::cuda, "H100 SXM", {1.024F, 0.9896F, 1.007F, 1.038F, 0.9985F, 0.931F, 0.9289F, 0.9631F, 0.9563F}},
    {GpuBackend::cuda, "H200 SXM", {0.9975F, 1.009F, 0.9938F, 0.9268F, 1.012F, 1.109F, 1.042F, 1.085F, 1.039F}},
    {GpuBackend::cuda, "GeForce RTX 2080", {1.063F, 1.045F, 1.505F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cuda, "GeForce RTX 5070", {0.967F, 0.9424F, 0.9317F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cuda, "GeForce GTX 1080", {0.9651F, 1.044F, 1.121F, 1.026F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M1 (7-core)", {0.9842F, 1.046F, 1.003F, 1.007F, 1.051F, 1.007F, 1.079F, 1.007F, 1.0F}},
    {GpuBackend::metal,
     "Apple M3 Max (40-core)",
     {1.023F, 1.077F, 1.198F, 1.026F, 0.9962F, 1.007F, 0.8725F, 1.085F, 1.0F}},
    {GpuBackend::metal,
     "Apple M2 Max (30-core)",
     {0.9673F, 0.768F, 0.6487F, 1.005F, 0.9411F, 1.002F, 1.086F, 0.8492F, 0.7701F}},
    {GpuBackend::metal, "Apple M3 Max (30-core)", {1.035F, 0.8464F, 0.931F, 0.9987F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M3 Ultra", {0.9877F, 0.9472F, 1.005F, 0.9989F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M1 Ultra (48-core)", {0.8381F, 1.372F, 1.331F, 0.9983F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal,
     "Apple M1 Ultra (64-core)",
     {0.8827F, 1.081F, 1.165F, 0.9989F, 0.977F, 1.0F, 0.9995F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M4 Max (40-core)", {0.9926F, 0.816F, 1.051F, 1.0F, 0.9912F, 1.0F, 0.9998F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M5 Max (40-core)", {1.084F, 0.9656F, 0.8851F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal,
     "Apple M1 Pro (14-core)",
     {0.9923F, 1.272F, 0.9551F, 1.001F, 1.001F, 0.9999F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal, "Apple M4 Pro (20-core)", {1.066F, 1.128F, 0.7721F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::vulkan,
     "Radeon 8060S (Ryzen AI Max+ 395)",
     {1.047F, 1.217F, 1.181F, 0.9921F, 0.8918F, 1.681F, 1.318F, 0.9169F, 0.7837F}},
    {GpuBackend::vulkan,
     "Radeon AI PRO R9700",
     {1.005F, 0.9292F, 0.9608F, 1.01F, 0.9912F, 1.401F, 0.9627F, 0.9961F, 0.9442F}},
    {GpuBackend::vulkan, "Arc Pro B70", {1.2F, 1.325F, 1.079F, 0.9536F, 1.389F, 0.8919F, 0.7603F, 0.7836F, 1.372F}},
    {GpuBackend::vulkan, "Radeon RX 7900 XT", {0.9584F, 1.478F, 1.044F, 0.9924F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::vulkan, "Radeon RX 9070 XT", {0.9231F, 1.4F, 0.9049F, 1.001F, 1.221F, 1.0F, 1.033F, 0.9696F, 1.0F}},
    {GpuBackend::rocm,
     "Radeon 8060S (Ryzen AI Max+ 395)",
     {1.006F, 0.8523F, 0.9841F, 1.001F, 1.277F, 0.8994F, 1.075F, 1.033F, 1.512F}},
    {GpuBackend::rocm,
     "Radeon AI PRO R9700",
     {1.06F, 0.9558F, 0.8954F, 0.9857F, 1.217F, 1.056F, 0.9686F, 0.9836F, 1.525F}},
    {GpuBackend::rocm,
     "Radeon RX 7900 XT",
     {1.021F, 0.9367F, 1.084F, 0.9986F, 0.828F, 1.001F, 0.6632F, 0.9624F, 0.4447F}},
    {GpuBackend::rocm, "Radeon RX 7900 XTX", {1.01F, 1.261F, 0.9308F, 1.0F, 1.358F, 1.0F, 1.081F, 0.9624F, 1.0F}},
    {GpuBackend::cpu, "Intel Core i7-8700, DDR4-2400 x2", {0.9722F, 0.8443F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "Apple M3 Max (CPU only)", {1.001F, 0.9172F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "Apple M2 Max (CPU only)", {0.9995F, 1.04F, 1.0F, 1.0F, 1.001F, 1.012F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "Intel Core i9-13900K, DDR5-6400 x2", {1.05F, 0.9347F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu,
     "Intel Core Ultra 7 258V (LPDDR5X-8533, 136.5 GB/s)",
     {0.7933F, 0.996F, 1.0F, 1.0F, 0.6899F, 0.9999F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "h100 host", {1.09F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::cpu, "h200 host", {0.9761F, 0.8713F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::sycl, "Arc Pro B70", {1.106F, 0.9399F, 0.9635F, 1.09F, 0.8874F, 0.9268F, 1.088F, 1.049F, 0.8965F}},
    {GpuBackend::sycl, "Arc A770", {0.992F, 0.4653F, 1.345F, 1.0F, 0.8611F, 1.0F, 0.9959F, 1.003F, 1.0F}},
}};

// Factors of what current builds do, for those of a year and before.
inline constexpr std::array<Adjustment, 5> kBuildAdjustments = {{
    {GpuBackend::cuda, "2023", {0.9572F, 1.042F, 1.241F, 1.0F, 0.8536F, 1.155F, 1.022F, 1.752F, 1.0F}},
    {GpuBackend::cuda, "2024", {0.9697F, 1.059F, 1.559F, 1.0F, 1.044F, 1.254F, 1.81F, 2.559F, 1.0F}},
    {GpuBackend::metal, "2023", {1.002F, 1.035F, 1.223F, 1.0F, 1.016F, 0.9989F, 1.0F, 1.0F, 1.0F}},
    {GpuBackend::metal, "2024", {0.983F, 0.9545F, 1.378F, 1.0F, 1.051F, 0.9963F, 1.094F, 0.9884F, 1.0F}},
    {GpuBackend::vulkan, "2024", {1.0F, 1.005F, 0.9906F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
}};

// By back end, evidence and class (decode, experts, prefill, batched): Spread's quantiles.
inline constexpr std::array<std::array<std::array<std::array<float, 3>, 4>, kEvidences.size()>, kBackends.size()>
    kSpreads = {{
        {{{{{0.7527F, 1.0F, 1.198F}, {0.5185F, 1.0F, 1.197F}, {0.6535F, 1.0F, 1.415F}, {0.8243F, 1.004F, 1.295F}}},
          {{{0.8274F, 1.0F, 1.151F}, {0.6454F, 1.0F, 1.196F}, {0.7307F, 1.0F, 1.26F}, {0.8683F, 1.004F, 1.295F}}},
          {{{0.8615F, 1.0F, 1.151F}, {0.786F, 1.0F, 1.196F}, {0.7307F, 1.0F, 1.258F}, {0.8683F, 1.004F, 1.295F}}},
          {{{0.8615F, 1.0F, 1.121F}, {0.786F, 1.0F, 1.196F}, {0.7732F, 1.0F, 1.258F}, {0.8975F, 1.007F, 1.295F}}},
          {{{0.8664F, 1.0F, 1.12F}, {0.7767F, 1.0F, 1.121F}, {0.7732F, 1.0F, 1.258F}, {0.8975F, 1.007F, 1.295F}}}}},
        {{{{{0.664F, 1.0F, 1.362F}, {0.5215F, 1.0F, 1.763F}, {0.8688F, 1.0F, 1.262F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.7611F, 1.0F, 1.229F}, {0.6479F, 1.0F, 1.763F}, {0.8995F, 1.0F, 1.168F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.8184F, 1.0F, 1.129F}, {0.7897F, 1.0F, 1.763F}, {0.8995F, 1.0F, 1.157F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.9005F, 1.0F, 1.125F}, {0.7984F, 1.0F, 1.237F}, {0.8995F, 1.0F, 1.157F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.8689F, 1.0F, 1.205F}, {0.6701F, 1.0F, 1.258F}, {0.8995F, 1.0F, 1.157F}, {0.8243F, 1.004F, 1.281F}}}}},
        {{{{{0.5562F, 1.0F, 2.435F}, {0.2618F, 1.0F, 2.336F}, {0.3311F, 1.0F, 2.809F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.5913F, 1.0F, 2.141F}, {0.4092F, 1.0F, 1.761F}, {0.4098F, 1.0F, 1.991F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.5913F, 1.0F, 2.141F}, {0.4403F, 1.0F, 1.683F}, {0.4098F, 1.0F, 1.644F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.7535F, 1.0F, 2.141F}, {0.734F, 1.0F, 1.302F}, {0.4374F, 1.0F, 1.644F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.8569F, 1.0F, 1.264F}, {0.5843F, 1.0F, 1.365F}, {0.4374F, 1.0F, 1.644F}, {0.8243F, 1.004F, 1.281F}}}}},
        {{{{{0.6797F, 1.0F, 1.51F}, {0.7551F, 1.0F, 1.261F}, {0.4546F, 1.0F, 2.407F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.7707F, 1.0F, 1.316F}, {0.8293F, 1.0F, 1.23F}, {0.4546F, 1.0F, 1.796F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.7707F, 1.0F, 1.289F}, {0.8359F, 1.0F, 1.23F}, {0.4546F, 1.0F, 1.796F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.846F, 1.0F, 1.152F}, {0.8657F, 1.0F, 1.183F}, {0.4546F, 1.0F, 1.755F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.8664F, 1.0F, 1.147F}, {0.6701F, 1.0F, 1.258F}, {0.4546F, 1.0F, 1.755F}, {0.8243F, 1.004F, 1.281F}}}}},
        {{{{{0.4524F, 1.0F, 2.047F}, {0.6096F, 1.0F, 4.089F}, {0.3382F, 1.0F, 2.711F}, {0.4524F, 1.013F, 2.047F}}},
          {{{0.5893F, 1.0F, 1.652F}, {0.6209F, 1.0F, 2.557F}, {0.3669F, 1.0F, 2.174F}, {0.4524F, 1.013F, 2.047F}}},
          {{{0.6198F, 1.0F, 1.652F}, {0.6209F, 1.0F, 1.938F}, {0.3669F, 1.0F, 2.174F}, {0.4524F, 1.013F, 2.047F}}},
          {{{0.6508F, 1.0F, 1.652F}, {0.6209F, 1.0F, 1.938F}, {0.3945F, 1.0F, 2.174F}, {0.4524F, 1.013F, 2.047F}}},
          {{{0.6508F, 1.0F, 1.652F}, {0.6508F, 1.0F, 1.652F}, {0.3945F, 1.0F, 2.174F}, {0.4524F, 1.013F, 2.047F}}}}},
        {{{{{0.393F, 1.0F, 1.807F}, {0.5215F, 1.0F, 1.713F}, {0.2302F, 1.0F, 1.924F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.5366F, 1.0F, 1.792F}, {0.5908F, 1.0F, 1.432F}, {0.2916F, 1.0F, 1.924F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.5828F, 1.0F, 1.792F}, {0.5908F, 1.0F, 1.431F}, {0.2916F, 1.0F, 1.924F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.6061F, 1.0F, 1.448F}, {0.5908F, 1.0F, 1.342F}, {0.5325F, 1.0F, 1.924F}, {0.8243F, 1.004F, 1.281F}}},
          {{{0.2778F, 1.0F, 1.198F}, {0.6701F, 1.0F, 1.258F}, {0.5325F, 1.0F, 1.924F}, {0.8243F, 1.004F, 1.281F}}}}},
    }};

// The same for devices that have enough rows of their own.
inline constexpr std::array<DeviceSpread, 17> kDeviceSpreads = {{
    {GpuBackend::cuda, "GB10 (DGX Spark)", 0, {0.9177F, 1.0F, 1.085F}},
    {GpuBackend::cuda, "H100 SXM", 0, {0.9176F, 1.0F, 1.092F}},
    {GpuBackend::cuda, "GB10 (DGX Spark)", 1, {0.8688F, 1.0F, 1.279F}},
    {GpuBackend::cuda, "H100 SXM", 1, {0.9194F, 1.0F, 1.086F}},
    {GpuBackend::cuda, "GeForce RTX 3090", 2, {0.7732F, 1.0F, 1.352F}},
    {GpuBackend::cuda, "GB10 (DGX Spark)", 2, {0.6937F, 1.0F, 1.493F}},
    {GpuBackend::cuda, "H100 SXM", 2, {0.7879F, 1.0F, 1.177F}},
    {GpuBackend::metal, "Apple M1 (7-core)", 2, {0.8895F, 1.0F, 1.209F}},
    {GpuBackend::metal, "Apple M3 Max (40-core)", 2, {0.8113F, 1.0F, 1.233F}},
    {GpuBackend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 0, {0.9983F, 1.0F, 1.111F}},
    {GpuBackend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 1, {0.4616F, 1.0F, 1.161F}},
    {GpuBackend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 2, {0.5413F, 1.0F, 1.644F}},
    {GpuBackend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 0, {0.8621F, 1.0F, 1.113F}},
    {GpuBackend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 1, {0.8739F, 1.0F, 1.112F}},
    {GpuBackend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 2, {0.4597F, 1.0F, 1.684F}},
    {GpuBackend::sycl, "Arc Pro B70", 0, {0.6922F, 1.0F, 1.288F}},
    {GpuBackend::sycl, "Arc Pro B70", 2, {0.5048F, 1.0F, 1.878F}},
}};

struct MeasuredType {
  GpuBackend backend;
  FileType fileType;
};

// File types that cells of a back end decode.
inline constexpr std::array<MeasuredType, 77> kMeasuredTypes = {{
    {GpuBackend::cuda, FileType::Q4_K_M},    {GpuBackend::cuda, FileType::Q8_0},
    {GpuBackend::cuda, FileType::F16},       {GpuBackend::cuda, FileType::MXFP4_MOE},
    {GpuBackend::cuda, FileType::Q4_0},      {GpuBackend::cuda, FileType::Q2_K},
    {GpuBackend::cuda, FileType::Q5_K_M},    {GpuBackend::cuda, FileType::IQ4_XS},
    {GpuBackend::cuda, FileType::Q6_K},      {GpuBackend::cuda, FileType::Q3_K_M},
    {GpuBackend::cuda, FileType::Q4_K_S},    {GpuBackend::cuda, FileType::BF16},
    {GpuBackend::cuda, FileType::IQ2_M},     {GpuBackend::cuda, FileType::IQ2_XXS},
    {GpuBackend::cuda, FileType::Q3_K_S},    {GpuBackend::cuda, FileType::Q4_1},
    {GpuBackend::cuda, FileType::Q5_0},      {GpuBackend::metal, FileType::Q4_K_M},
    {GpuBackend::metal, FileType::Q8_0},     {GpuBackend::metal, FileType::F16},
    {GpuBackend::metal, FileType::Q2_K},     {GpuBackend::metal, FileType::MXFP4_MOE},
    {GpuBackend::metal, FileType::Q4_0},     {GpuBackend::metal, FileType::Q6_K},
    {GpuBackend::metal, FileType::Q3_K_M},   {GpuBackend::metal, FileType::Q5_K_M},
    {GpuBackend::vulkan, FileType::Q4_K_M},  {GpuBackend::vulkan, FileType::Q8_0},
    {GpuBackend::vulkan, FileType::BF16},    {GpuBackend::vulkan, FileType::MXFP4_MOE},
    {GpuBackend::vulkan, FileType::Q3_K_S},  {GpuBackend::vulkan, FileType::Q4_0},
    {GpuBackend::vulkan, FileType::Q6_K},    {GpuBackend::vulkan, FileType::Q5_K_M},
    {GpuBackend::vulkan, FileType::Q2_K},    {GpuBackend::vulkan, FileType::Q3_K_M},
    {GpuBackend::rocm, FileType::Q4_K_M},    {GpuBackend::rocm, FileType::Q8_0},
    {GpuBackend::rocm, FileType::BF16},      {GpuBackend::rocm, FileType::MXFP4_MOE},
    {GpuBackend::rocm, FileType::Q4_0},      {GpuBackend::rocm, FileType::Q3_K_S},
    {GpuBackend::rocm, FileType::Q5_K_M},    {GpuBackend::rocm, FileType::Q6_K},
    {GpuBackend::cpu, FileType::Q4_K_M},     {GpuBackend::cpu, FileType::Q4_0},
    {GpuBackend::cpu, FileType::Q8_0},       {GpuBackend::cpu, FileType::F16},
    {GpuBackend::cpu, FileType::Q3_K_S},     {GpuBackend::cpu, FileType::BF16},
    {GpuBackend::cpu, FileType::IQ2_M},      {GpuBackend::cpu, FileType::IQ2_XS},
    {GpuBackend::cpu, FileType::IQ2_XXS},    {GpuBackend::cpu, FileType::IQ3_S},
    {GpuBackend::cpu, FileType::IQ3_XXS},    {GpuBackend::cpu, FileType::IQ4_NL},
    {GpuBackend::cpu, FileType::IQ4_XS},     {GpuBackend::cpu, FileType::Q2_K_S},
    {GpuBackend::cpu, FileType::Q4_K_S},     {GpuBackend::cpu, FileType::Q5_0},
    {GpuBackend::cpu, FileType::Q5_K_S},     {GpuBackend::cpu, FileType::Q6_K},
    {GpuBackend::sycl, FileType::Q4_K_M},    {GpuBackend::sycl, FileType::BF16},
    {GpuBackend::sycl, FileType::Q8_0},      {GpuBackend::sycl, FileType::Q4_0},
    {GpuBackend::sycl, FileType::MXFP4_MOE}, {GpuBackend::sycl, FileType::Q4_K_S},
    {GpuBackend::sycl, FileType::Q5_K_M},    {GpuBackend::sycl, FileType::Q6_K},
    {GpuBackend::sycl, FileType::IQ3_XS},    {GpuBackend::sycl, FileType::IQ4_NL},
    {GpuBackend::sycl, FileType::IQ4_XS},    {GpuBackend::sycl, FileType::Q2_K},
    {GpuBackend::sycl, FileType::Q3_K_S},    {GpuBackend::sycl, FileType::Q4_1},
    {GpuBackend::sycl, FileType::Q5_K_S},
}};

// Of decoding the very model that was measured.
inline constexpr std::array<float, 3> kMeasuredSpread = {0.952F, 1.0F, 1.054F};

}  // namespace llmcalc::speed
