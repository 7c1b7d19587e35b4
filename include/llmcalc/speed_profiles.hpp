// Made by scripts/fit-speed.mjs from data/runtime_profiles.csv, data/speed_spreads.csv and data/speed_types.csv.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "llmcalc/device.hpp"

namespace llmcalc::detail {

struct Adjustment {
  Backend backend;
  std::string_view name;
  std::array<float, 9> factors;  // of kAdjusted
};

struct DeviceSpread {
  Backend backend;
  std::string_view name;
  std::size_t kind;  // as in kSpreads
  std::array<float, 3> quantiles;
};

inline constexpr std::array<double SpeedProfile::*, 9> kAdjusted = {
    &SpeedProfile::bandwidthShare, &SpeedProfile::kernelShare,         &SpeedProfile::layerSeconds,
    &SpeedProfile::cacheShare,     &SpeedProfile::quantizedShare,      &SpeedProfile::halfShare,
    &SpeedProfile::attentionShare, &SpeedProfile::prefillLayerSeconds, &SpeedProfile::expertPadding};

// In the order of Backend: kProfileFields, then operationsPerWeight and prefillCost of every tensor type.
inline constexpr std::array<std::array<float, 76>, kBackends.size()> kBackendProfiles = {{
    {0.8756F, 0.6892F,      0.00004255F, 0.3114F, 0.7769F,   0.6812F, 100.0F,  0.3204F, 1.234F, 0.4842F, 0.0002861F,
     89.62F,  0.000003749F, 27.07F,      1.917F,  0.001186F, 20.1F,   7.989F,  8.0F,    9.883F, 9.735F,  13.35F,
     16.8F,   16.94F,       12.1F,       15.49F,  26.73F,    13.37F,  16.04F,  23.43F,  12.1F,  26.8F,   26.8F,
     26.17F,  29.5F,        29.33F,      26.8F,   26.8F,     21.27F,  11.1F,   20.1F,   20.1F,  21.74F,  16.1F,
     10.0F,   10.0F,        1.001F,      0.9797F, 1.0F,      0.9511F, 1.016F,  1.09F,   1.0F,   1.002F,  1.03F,
     1.835F,  1.64F,        1.082F,      1.048F,  1.33F,     1.03F,   1.2F,    1.3F,    1.3F,   1.12F,   1.12F,
     1.1F,    1.2F,         1.01F,       0.8874F, 1.2F,      1.2F,    0.8127F, 0.87F,   1.1F,   1.1F},
    {0.9002F, 0.7794F,   0.0001053F, 0.5705F, 0.6884F,    0.5528F, 120.0F, 0.7239F, 0.7815F, 0.607F, 0.0002401F,
     20.64F,  0.000006F, 26.63F,     1.855F,  0.0009731F, 20.1F,   8.023F, 8.0F,    9.121F,  9.85F,  18.61F,
     16.8F,   11.55F,    12.1F,      15.28F,  23.03F,     15.09F,  21.16F, 21.17F,  12.1F,   26.8F,  26.8F,
     26.8F,   29.5F,     29.5F,      26.8F,   26.8F,      21.4F,   12.5F,  20.1F,   20.1F,   16.27F, 16.1F,
     10.0F,   10.0F,     1.001F,     0.9945F, 1.0F,       1.057F,  1.03F,  1.221F,  1.0F,    1.056F, 1.03F,
     1.296F,  1.263F,    1.177F,     1.07F,   1.301F,     1.03F,   1.2F,   1.3F,    1.3F,    1.12F,  1.12F,
     1.1F,    1.2F,      1.01F,      0.93F,   1.2F,       1.2F,    1.02F,  0.87F,   1.1F,    1.1F},
    {0.861F, 0.4463F,      0.00005867F, 0.7953F, 0.9695F,   0.7082F, 120.0F,  0.1988F, 0.1289F, 0.05678F, 0.0009152F,
     63.32F, 0.000006506F, 26.0F,       0.9826F, 0.001003F, 20.1F,   8.0F,    8.008F,  7.978F,  9.85F,    13.92F,
     16.8F,  11.92F,       12.1F,       19.28F,  22.34F,    14.83F,  20.19F,  22.57F,  12.1F,   26.8F,    26.8F,
     26.8F,  29.5F,        29.5F,       26.8F,   26.8F,     21.4F,   12.5F,   20.1F,   20.1F,   17.18F,   16.1F,
     10.0F,  10.0F,        0.9987F,     1.0F,    0.9814F,   0.8765F, 1.03F,   1.114F,  1.0F,    1.168F,   1.03F,
     1.78F,  1.52F,        1.372F,      1.004F,  1.012F,    1.03F,   1.2F,    1.3F,    1.3F,    1.12F,    1.12F,
     1.1F,   1.2F,         1.01F,       0.93F,   1.2F,      1.2F,    0.8821F, 0.87F,   1.1F,    1.1F},
    {0.8707F, 0.4855F,     0.00005373F, 0.8423F, 0.616F,     0.7382F, 119.6F,  0.2845F, 0.4156F, 0.08209F, 0.0005968F,
     39.35F,  0.00001214F, 30.1F,       1.005F,  0.0009985F, 20.1F,   8.0F,    8.006F,  12.51F,  9.85F,    13.13F,
     16.8F,   10.8F,       12.1F,       20.1F,   24.26F,     15.65F,  20.59F,  22.42F,  12.1F,   26.8F,    26.8F,
     26.8F,   29.5F,       29.5F,       26.8F,   26.8F,      21.4F,   12.5F,   20.1F,   20.1F,   12.11F,   16.1F,
     10.0F,   10.0F,       0.9991F,     1.0F,    0.9764F,    0.9759F, 1.03F,   1.077F,  1.0F,    1.072F,   1.03F,
     1.78F,   1.247F,      1.154F,      1.047F,  1.659F,     1.03F,   1.2F,    1.3F,    1.3F,    1.12F,    1.12F,
     1.1F,    1.2F,        1.01F,       0.93F,   1.2F,       1.2F,    0.7617F, 0.87F,   1.1F,    1.1F},
    {0.6765F, 0.8834F, 0.00000714F, 0.6F,   1.1F,   0.74F,   3.0F,    0.7604F, 0.7625F, 0.3F,    0.000001F,
     1.0F,    1e-7F,   10.0F,       1.0F,   0.001F, 0.6F,    0.3001F, 0.3F,    1.245F,  1.4F,    3.604F,
     3.7F,    0.8985F, 0.9F,        3.535F, 4.456F, 2.279F,  3.525F,  3.537F,  0.9F,    6.106F,  5.502F,
     7.694F,  8.928F,  9.998F,      6.0F,   6.0F,   1.076F,  2.613F,  3.0F,    2.0F,    10.0F,   10.0F,
     2.0F,    2.0F,    2.0F,        1.482F, 1.49F,  0.5142F, 0.833F,  1.566F,  1.43F,   0.7614F, 0.769F,
     1.308F,  1.724F,  0.9223F,     1.534F, 1.582F, 0.769F,  2.432F,  2.306F,  2.708F,  3.556F,  3.656F,
     2.5F,    2.5F,    0.5685F,     1.108F, 1.67F,  1.25F,   1.67F,   1.67F,   1.0F,    1.0F},
    {0.9698F, 0.4277F,   0.00009652F, 0.8455F, 1.787F,     0.5916F, 55.6F,   0.1016F, 0.1998F, 0.03172F, 0.0003219F,
     240.7F,  0.000006F, 30.0F,       1.0F,    0.0009997F, 20.1F,   8.0F,    8.0F,    8.362F,  11.88F,   16.28F,
     16.8F,   13.91F,    12.1F,       20.21F,  26.9F,      7.819F,  19.83F,  17.9F,   12.1F,   26.8F,    26.8F,
     26.8F,   30.77F,    30.74F,      26.8F,   26.8F,      28.71F,  13.08F,  20.1F,   20.1F,   19.09F,   16.1F,
     10.0F,   10.0F,     1.0F,        1.0F,    1.0F,       1.348F,  1.279F,  1.232F,  1.0F,    0.974F,   1.03F,
     1.52F,   1.36F,     0.8437F,     1.237F,  0.684F,     1.03F,   1.2F,    1.3F,    1.3F,    1.253F,   1.25F,
     1.1F,    1.2F,      1.159F,      1.135F,  1.2F,       1.2F,    0.8496F, 0.87F,   1.1F,    1.1F},
}};

// Factors of a back end's profile for a family of devices.
inline constexpr std::array<Adjustment, 27> kFamilyAdjustments = {{
    {Backend::cuda, "NVIDIA Ampere GeForce", {1.011F, 1.095F, 1.111F, 0.912F, 0.9348F, 0.9968F, 1.03F, 1.34F, 1.0F}},
    {Backend::cuda, "NVIDIA Ada GeForce", {1.052F, 1.144F, 1.078F, 0.9299F, 0.9122F, 1.129F, 1.127F, 0.9702F, 1.0F}},
    {Backend::cuda, "NVIDIA Ada pro", {1.028F, 0.9607F, 1.141F, 1.0F, 0.7055F, 1.024F, 1.049F, 1.209F, 1.0F}},
    {Backend::cuda, "NVIDIA Ampere pro", {0.9853F, 0.9155F, 1.209F, 0.9942F, 0.8447F, 0.9886F, 0.9831F, 1.214F, 1.0F}},
    {Backend::cuda, "NVIDIA Ampere DC", {0.6774F, 1.616F, 1.466F, 0.9634F, 1.209F, 0.966F, 0.9518F, 1.156F, 1.0F}},
    {Backend::cuda,
     "NVIDIA Blackwell GeForce",
     {1.026F, 1.088F, 0.953F, 0.9907F, 1.039F, 0.9999F, 1.025F, 0.9921F, 1.971F}},
    {Backend::cuda, "NVIDIA SoC", {0.9565F, 1.07F, 1.135F, 1.343F, 0.7003F, 1.0F, 1.102F, 0.9435F, 0.8435F}},
    {Backend::cuda, "AMD APU", {0.9654F, 0.9404F, 1.089F, 0.9944F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cuda, "NVIDIA Pascal", {0.9965F, 0.7247F, 1.265F, 0.9872F, 0.9086F, 1.0F, 0.9897F, 1.006F, 1.0F}},
    {Backend::cuda, "NVIDIA Hopper", {1.044F, 1.019F, 1.012F, 0.9345F, 1.116F, 0.9392F, 0.8526F, 0.9214F, 0.8152F}},
    {Backend::metal, "Apple M1-M2", {0.9756F, 0.8501F, 1.049F, 1.074F, 0.9909F, 1.001F, 1.063F, 0.9345F, 0.8977F}},
    {Backend::metal, "Apple M3-M5", {1.03F, 1.501F, 1.192F, 1.107F, 1.02F, 1.001F, 0.9463F, 1.036F, 1.009F}},
    {Backend::vulkan, "AMD APU", {0.9854F, 1.379F, 1.059F, 1.023F, 0.9799F, 1.042F, 1.236F, 0.9752F, 0.9057F}},
    {Backend::vulkan, "AMD RDNA4", {0.9687F, 1.046F, 0.9417F, 0.9608F, 1.026F, 0.9761F, 0.7279F, 1.003F, 1.049F}},
    {Backend::vulkan, "AMD RDNA3", {0.9996F, 0.8199F, 1.038F, 0.9992F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::vulkan, "NVIDIA Ada GeForce", {1.0F, 1.03F, 0.9947F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::vulkan, "Intel Arc", {0.9985F, 0.2971F, 1.152F, 0.9997F, 0.7527F, 0.9999F, 0.9811F, 1.037F, 1.458F}},
    {Backend::vulkan, "AMD GCN/RDNA1", {1.0F, 1.0F, 1.0F, 1.0F, 1.423F, 1.0F, 1.095F, 0.9932F, 1.0F}},
    {Backend::rocm, "AMD APU", {0.994F, 0.9507F, 1.422F, 0.995F, 0.9323F, 0.995F, 1.454F, 1.017F, 0.9717F}},
    {Backend::rocm, "AMD RDNA4", {1.064F, 1.335F, 1.086F, 1.176F, 0.9807F, 1.033F, 0.8363F, 1.002F, 1.211F}},
    {Backend::rocm, "AMD RDNA3", {1.002F, 0.8657F, 1.38F, 0.9962F, 0.9804F, 1.0F, 0.9489F, 0.9736F, 0.823F}},
    {Backend::rocm, "AMD Vega20", {1.016F, 0.9036F, 0.6617F, 0.9978F, 1.117F, 1.0F, 0.96F, 0.9928F, 0.8091F}},
    {Backend::cpu, "x86", {1.022F, 0.5775F, 0.8192F, 1.0F, 1.063F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Apple", {0.9999F, 1.054F, 1.049F, 1.0F, 1.009F, 1.014F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "two sockets", {0.9035F, 0.9808F, 1.731F, 1.0F, 0.4814F, 0.9999F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "vCPU", {1.165F, 0.3597F, 0.9825F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::sycl, "Intel Arc", {1.085F, 0.9625F, 1.025F, 1.354F, 0.9944F, 0.9999F, 1.016F, 0.9964F, 1.014F}},
}};

// Factors of a family's for one device.
inline constexpr std::array<Adjustment, 67> kDeviceAdjustments = {{
    {Backend::cuda, "GeForce RTX 3080 10GB", {1.043F, 1.062F, 0.9036F, 1.003F, 1.203F, 1.0F, 1.073F, 1.259F, 1.0F}},
    {Backend::cuda, "GeForce RTX 3080 Ti", {0.9966F, 1.013F, 0.8765F, 0.988F, 0.9997F, 1.0F, 1.075F, 1.224F, 1.0F}},
    {Backend::cuda, "GeForce RTX 3090", {1.037F, 1.186F, 1.211F, 0.9873F, 1.118F, 0.9922F, 1.025F, 1.211F, 1.0F}},
    {Backend::cuda, "GeForce RTX 4090", {1.067F, 1.093F, 1.03F, 0.9848F, 1.091F, 1.589F, 1.373F, 0.949F, 1.0F}},
    {Backend::cuda, "RTX 4000 Ada", {1.063F, 0.9867F, 1.017F, 1.002F, 0.989F, 0.9308F, 1.119F, 1.307F, 1.0F}},
    {Backend::cuda, "RTX 5000 Ada", {1.076F, 1.002F, 0.9236F, 1.004F, 0.9106F, 1.253F, 1.126F, 0.9051F, 1.0F}},
    {Backend::cuda, "RTX A6000", {1.057F, 1.001F, 0.9567F, 1.003F, 0.9974F, 0.9786F, 1.038F, 1.251F, 1.0F}},
    {Backend::cuda, "A100 PCIe 80GB", {0.9081F, 1.345F, 0.7974F, 0.999F, 1.205F, 1.058F, 0.9276F, 1.064F, 1.0F}},
    {Backend::cuda, "A100 SXM 80GB", {0.8667F, 1.309F, 0.881F, 0.9975F, 1.286F, 1.0F, 1.004F, 1.161F, 1.0F}},
    {Backend::cuda, "GeForce RTX 5060 Ti 16GB", {0.9984F, 0.8636F, 0.9852F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cuda, "GB10 (DGX Spark)", {0.9904F, 1.039F, 1.026F, 1.082F, 0.7781F, 1.0F, 1.424F, 0.8297F, 0.5915F}},
    {Backend::cuda, "GeForce RTX 3090 Ti", {0.9737F, 0.9839F, 1.074F, 0.9983F, 0.6139F, 1.0F, 0.9853F, 1.158F, 1.0F}},
    {Backend::cuda, "GeForce RTX 3060 12GB", {1.043F, 0.9288F, 0.8384F, 1.008F, 0.9827F, 1.0F, 0.9793F, 1.004F, 1.0F}},
    {Backend::cuda, "GeForce RTX 5090", {1.07F, 1.08F, 1.007F, 0.9958F, 1.037F, 0.9999F, 1.01F, 0.9661F, 1.689F}},
    {Backend::cuda, "GeForce RTX 4070", {0.9535F, 0.972F, 1.119F, 0.9979F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cuda,
     "Radeon 8060S (Ryzen AI Max+ 395)",
     {0.976F, 0.9764F, 1.027F, 0.999F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cuda, "Tesla P40", {1.04F, 1.002F, 0.9705F, 1.001F, 1.08F, 1.0F, 0.9941F, 1.002F, 1.0F}},
    {Backend::cuda, "GeForce RTX 4060", {1.018F, 1.014F, 0.985F, 1.0F, 1.005F, 1.0F, 1.0F, 0.9999F, 1.0F}},
    {Backend::cuda, "Tesla P4", {1.003F, 1.092F, 0.9964F, 1.0F, 1.1F, 1.0F, 1.004F, 0.9996F, 1.0F}},
    {Backend::cuda, "GeForce RTX 5050 Mobile", {1.013F, 1.266F, 0.9782F, 1.0F, 1.686F, 1.0F, 1.04F, 0.9887F, 1.0F}},
    {Backend::cuda, "H100 SXM", {1.024F, 0.9989F, 1.004F, 0.9917F, 0.9955F, 0.9453F, 0.9368F, 0.9648F, 0.9307F}},
    {Backend::metal, "Apple M1 (7-core)", {0.9875F, 1.227F, 1.023F, 1.008F, 1.066F, 1.007F, 1.079F, 1.007F, 1.0F}},
    {Backend::metal,
     "Apple M3 Max (40-core)",
     {1.034F, 1.033F, 1.028F, 1.023F, 1.001F, 1.008F, 0.8709F, 1.084F, 1.014F}},
    {Backend::metal,
     "Apple M2 Max (30-core)",
     {0.9768F, 0.8762F, 0.7007F, 1.005F, 0.9544F, 1.002F, 1.083F, 0.8525F, 0.7475F}},
    {Backend::metal, "Apple M3 Max (30-core)", {1.047F, 0.8417F, 0.9287F, 0.9993F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M3 Ultra", {0.995F, 1.067F, 0.9766F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M1 Ultra (48-core)", {0.8446F, 1.523F, 1.317F, 0.9984F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M4 (10-core)", {0.9587F, 0.924F, 1.072F, 0.9978F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal,
     "Apple M1 Ultra (64-core)",
     {0.8993F, 0.9862F, 1.153F, 0.9993F, 0.9848F, 1.0F, 0.9997F, 1.0F, 1.0F}},
    {Backend::metal,
     "Apple M3 Ultra (80-core)",
     {0.9676F, 0.9432F, 1.322F, 0.9991F, 1.015F, 1.0F, 1.0F, 0.9998F, 1.0F}},
    {Backend::metal, "Apple M4 Max (40-core)", {0.9923F, 0.912F, 1.035F, 0.9999F, 0.9974F, 1.0F, 0.9999F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M5 Max (40-core)", {1.09F, 1.125F, 0.7208F, 1.003F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M1 (8-core)", {0.9803F, 0.9964F, 1.005F, 0.9995F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M1 Pro (14-core)", {1.013F, 1.165F, 0.9564F, 1.001F, 1.001F, 0.9999F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M1 Pro (16-core)", {1.02F, 1.031F, 0.9799F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M2 (8-core)", {1.046F, 1.03F, 0.9809F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M2 (10-core)", {1.043F, 1.01F, 0.9848F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M2 Max (38-core)", {1.036F, 1.025F, 0.9472F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::metal, "Apple M3 (10-core)", {0.9996F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::vulkan,
     "Radeon 8060S (Ryzen AI Max+ 395)",
     {0.9952F, 1.109F, 1.032F, 1.001F, 0.9479F, 1.098F, 1.155F, 0.9461F, 0.8912F}},
    {Backend::vulkan,
     "Radeon AI PRO R9700",
     {0.9723F, 0.9915F, 0.9577F, 0.9896F, 1.094F, 0.9045F, 0.9032F, 1.012F, 1.162F}},
    {Backend::vulkan, "Radeon PRO W7700", {0.9999F, 0.987F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::vulkan, "GeForce RTX 4070", {1.0F, 1.0F, 0.9999F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::vulkan, "Arc Pro B50", {0.9995F, 0.8411F, 1.009F, 1.0F, 0.9185F, 1.0F, 0.9971F, 1.002F, 1.181F}},
    {Backend::vulkan, "Arc Pro B70", {1.0F, 1.088F, 0.9845F, 1.0F, 1.057F, 1.0F, 1.004F, 0.9868F, 1.0F}},
    {Backend::vulkan, "Radeon RX 580", {1.0F, 1.0F, 1.0F, 1.0F, 1.737F, 1.0F, 1.098F, 0.9938F, 1.0F}},
    {Backend::rocm,
     "Radeon 8060S (Ryzen AI Max+ 395)",
     {1.01F, 0.9629F, 1.074F, 1.007F, 1.185F, 0.9017F, 1.095F, 1.049F, 1.318F}},
    {Backend::rocm, "Radeon AI PRO R9700", {1.038F, 1.035F, 1.064F, 1.015F, 1.221F, 1.135F, 0.9546F, 0.9693F, 1.569F}},
    {Backend::rocm, "Radeon RX 7900 XT", {1.007F, 1.036F, 1.093F, 0.9992F, 0.9102F, 1.001F, 0.8678F, 0.941F, 0.4136F}},
    {Backend::rocm, "Radeon 780M", {1.014F, 1.106F, 0.9911F, 1.0F, 0.7968F, 1.0F, 0.9914F, 1.001F, 1.0F}},
    {Backend::rocm, "Radeon VII", {0.9999F, 0.8327F, 1.01F, 0.9999F, 0.8792F, 1.0F, 0.9567F, 1.002F, 1.0F}},
    {Backend::rocm, "Instinct MI50", {1.005F, 1.356F, 0.9289F, 1.0F, 1.156F, 1.0F, 1.018F, 0.9966F, 0.8836F}},
    {Backend::cpu, "Intel Core i7-8700, DDR4-2400 x2", {0.914F, 0.9985F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Apple M3 Max (CPU only)", {1.0F, 0.9138F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Apple M2 Max (CPU only)", {0.9995F, 1.045F, 1.0F, 1.0F, 1.0F, 1.001F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Intel Core i9-13900K, DDR5-6400 x2", {1.005F, 0.9311F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu,
     "Intel Core i5-6500, DDR3 (20.0 GB/s measured)",
     {1.123F, 1.001F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "AMD Ryzen 9 5900X, DDR4-3600 x2", {1.174F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "AMD Ryzen 9 7950X, DDR5-3600 x2", {1.127F, 1.002F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Dual AMD EPYC 9175F, DDR5-6400 x16", {0.9757F, 0.9996F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu,
     "Dual AMD EPYC 9R14, DDR5-4800 x24",
     {0.9653F, 0.9988F, 1.0F, 1.0F, 0.9178F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu,
     "Intel Core Ultra 7 258V (LPDDR5X-8533, 136.5 GB/s)",
     {0.8207F, 0.9695F, 1.0F, 1.0F, 0.7198F, 0.9999F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "AMD Ryzen 9 7940HS, DDR5-5600 x2", {0.9595F, 0.9928F, 1.0F, 1.0F, 0.7136F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu,
     "Ryzen AI Max+ 395 CPU cores (LPDDR5X-8000 256 bit)",
     {0.9986F, 1.09F, 1.0F, 1.0F, 1.803F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "Intel Xeon 8480 ES, DDR5-4800 x8", {1.136F, 1.027F, 1.0F, 1.0F, 1.364F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::cpu, "H100 host", {1.082F, 0.9081F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
    {Backend::sycl, "Arc Pro B70", {1.075F, 0.9788F, 1.016F, 1.077F, 0.9976F, 0.9997F, 1.011F, 0.9917F, 0.9996F}},
}};

// Factors of what current builds do, for those of a year and before.
inline constexpr std::array<Adjustment, 5> kBuildAdjustments = {{
    {Backend::cuda, "2023", {0.9595F, 0.9879F, 1.544F, 1.0F, 0.8986F, 1.142F, 1.03F, 1.768F, 1.0F}},
    {Backend::cuda, "2024", {0.9553F, 1.119F, 1.538F, 1.0F, 1.147F, 1.384F, 1.648F, 2.858F, 1.0F}},
    {Backend::metal, "2023", {1.004F, 1.052F, 1.247F, 1.0F, 1.023F, 0.9988F, 1.0F, 0.9999F, 1.0F}},
    {Backend::metal, "2024", {0.9727F, 0.9565F, 1.383F, 1.0F, 1.058F, 0.9963F, 1.094F, 0.988F, 1.0F}},
    {Backend::vulkan, "2024", {1.0F, 1.001F, 0.9986F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F}},
}};

// By back end, evidence and class (decode, experts, prefill, batched): Spread's quantiles.
inline constexpr std::array<std::array<std::array<std::array<float, 3>, 4>, kEvidences.size()>, kBackends.size()>
    kSpreads = {{
        {{{{{0.8431F, 1.0F, 1.209F}, {0.8016F, 1.0F, 1.188F}, {0.6539F, 1.0F, 1.381F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.8925F, 1.0F, 1.135F}, {0.863F, 1.0F, 1.122F}, {0.7534F, 1.0F, 1.24F}, {0.86F, 0.9959F, 1.166F}}},
          {{{0.851F, 1.0F, 1.122F}, {0.7814F, 1.0F, 1.427F}, {0.8784F, 1.0F, 1.261F}, {0.851F, 1.011F, 1.122F}}},
          {{{0.8733F, 1.0F, 1.079F}, {0.8944F, 1.0F, 1.167F}, {0.8517F, 1.0F, 1.205F}, {0.8651F, 0.9966F, 1.126F}}},
          {{{0.8951F, 1.0F, 1.064F}, {0.6456F, 1.0F, 1.211F}, {0.8517F, 1.0F, 1.205F}, {0.8651F, 0.9966F, 1.126F}}}}},
        {{{{{0.6551F, 1.0F, 1.437F}, {0.6414F, 1.0F, 1.392F}, {0.8793F, 1.0F, 1.292F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7543F, 1.0F, 1.274F}, {0.7437F, 1.0F, 1.247F}, {0.9178F, 1.0F, 1.186F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.8551F, 1.0F, 1.191F}, {0.7814F, 1.0F, 1.427F}, {0.9178F, 1.0F, 1.163F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.9026F, 1.0F, 1.09F}, {0.7977F, 1.0F, 1.271F}, {0.9072F, 1.0F, 1.098F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.9089F, 1.0F, 1.269F}, {0.6456F, 1.0F, 1.211F}, {0.9072F, 1.0F, 1.098F}, {0.7976F, 0.9959F, 1.26F}}}}},
        {{{{{0.6407F, 1.0F, 1.241F}, {0.2531F, 1.0F, 1.384F}, {0.5446F, 1.0F, 1.885F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7432F, 1.0F, 1.155F}, {0.4001F, 1.0F, 1.242F}, {0.6669F, 1.0F, 1.526F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.851F, 1.0F, 1.125F}, {0.7814F, 1.0F, 1.427F}, {0.8503F, 1.0F, 1.324F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7379F, 1.0F, 2.145F}, {0.5737F, 1.0F, 1.183F}, {0.7599F, 1.0F, 1.309F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.8788F, 1.0F, 1.177F}, {0.6456F, 1.0F, 1.211F}, {0.7599F, 1.0F, 1.309F}, {0.7976F, 0.9959F, 1.26F}}}}},
        {{{{{0.69F, 1.0F, 1.488F}, {0.7481F, 1.0F, 1.392F}, {0.5175F, 1.0F, 1.86F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7808F, 1.0F, 1.304F}, {0.8241F, 1.0F, 1.247F}, {0.6445F, 1.0F, 1.512F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.851F, 1.0F, 1.125F}, {0.8279F, 1.0F, 1.548F}, {0.6781F, 1.0F, 1.562F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7054F, 1.0F, 1.139F}, {0.8232F, 1.0F, 1.263F}, {0.4439F, 1.0F, 1.562F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.8788F, 1.0F, 1.177F}, {0.6456F, 1.0F, 1.211F}, {0.4439F, 1.0F, 1.562F}, {0.7976F, 0.9959F, 1.26F}}}}},
        {{{{{0.4966F, 1.0F, 1.422F}, {0.7313F, 1.0F, 1.322F}, {0.4209F, 1.0F, 1.906F}, {0.4966F, 1.023F, 1.422F}}},
          {{{0.6271F, 1.0F, 1.265F}, {0.8117F, 1.0F, 1.204F}, {0.5616F, 1.0F, 1.537F}, {0.4966F, 1.023F, 1.422F}}},
          {{{0.745F, 1.0F, 1.169F}, {0.8253F, 1.0F, 1.247F}, {0.595F, 1.0F, 1.5F}, {0.4966F, 1.023F, 1.422F}}},
          {{{0.6856F, 1.0F, 1.169F}, {0.9037F, 1.0F, 1.08F}, {0.7743F, 1.0F, 1.66F}, {0.4966F, 1.023F, 1.422F}}},
          {{{0.6856F, 1.0F, 1.169F}, {0.6856F, 1.0F, 1.169F}, {0.7743F, 1.0F, 1.66F}, {0.4966F, 1.023F, 1.422F}}}}},
        {{{{{0.7006F, 1.0F, 1.575F}, {0.6414F, 1.0F, 1.392F}, {0.2302F, 1.0F, 1.488F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.7888F, 1.0F, 1.353F}, {0.7437F, 1.0F, 1.247F}, {0.3756F, 1.0F, 1.304F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.851F, 1.0F, 1.125F}, {0.7814F, 1.0F, 1.427F}, {0.8503F, 1.0F, 1.324F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.793F, 1.0F, 1.113F}, {0.7977F, 1.0F, 1.271F}, {0.6575F, 1.0F, 2.014F}, {0.7976F, 0.9959F, 1.26F}}},
          {{{0.8788F, 1.0F, 1.177F}, {0.6456F, 1.0F, 1.211F}, {0.6575F, 1.0F, 2.014F}, {0.7976F, 0.9959F, 1.26F}}}}},
    }};

// The same for devices that have enough rows of their own.
inline constexpr std::array<DeviceSpread, 17> kDeviceSpreads = {{
    {Backend::cuda, "H100 SXM", 0, {0.9276F, 1.0F, 1.09F}},
    {Backend::cuda, "GB10 (DGX Spark)", 1, {0.8944F, 1.0F, 1.102F}},
    {Backend::cuda, "H100 SXM", 1, {0.9317F, 1.0F, 1.087F}},
    {Backend::cuda, "GB10 (DGX Spark)", 2, {0.6897F, 1.0F, 1.405F}},
    {Backend::cuda, "H100 SXM", 2, {0.7749F, 1.0F, 1.175F}},
    {Backend::metal, "Apple M2 Max (30-core)", 0, {0.9088F, 1.0F, 1.155F}},
    {Backend::metal, "Apple M1 (7-core)", 2, {0.8686F, 1.0F, 1.08F}},
    {Backend::metal, "Apple M3 Max (40-core)", 2, {0.7862F, 1.0F, 1.156F}},
    {Backend::metal, "Apple M2 Max (30-core)", 2, {0.9439F, 1.0F, 1.089F}},
    {Backend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 0, {0.9897F, 1.0F, 1.097F}},
    {Backend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 1, {0.4357F, 1.0F, 1.17F}},
    {Backend::vulkan, "Radeon 8060S (Ryzen AI Max+ 395)", 2, {0.5889F, 1.0F, 1.542F}},
    {Backend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 0, {0.7054F, 1.0F, 1.112F}},
    {Backend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 1, {0.8904F, 1.0F, 1.179F}},
    {Backend::rocm, "Radeon 8060S (Ryzen AI Max+ 395)", 2, {0.4215F, 1.0F, 1.536F}},
    {Backend::sycl, "Arc Pro B70", 0, {0.793F, 1.0F, 1.113F}},
    {Backend::sycl, "Arc Pro B70", 2, {0.6575F, 1.0F, 2.014F}},
}};

struct MeasuredType {
  Backend backend;
  FileType fileType;
};

// File types that cells of a back end decode.
inline constexpr std::array<MeasuredType, 72> kMeasuredTypes = {{
    {Backend::cuda, FileType::Q4_K_M},     {Backend::cuda, FileType::Q8_0},        {Backend::cuda, FileType::F16},
    {Backend::cuda, FileType::Q4_0},       {Backend::cuda, FileType::MXFP4_MOE},   {Backend::cuda, FileType::Q2_K},
    {Backend::cuda, FileType::Q6_K},       {Backend::cuda, FileType::IQ4_XS},      {Backend::cuda, FileType::Q5_K_M},
    {Backend::cuda, FileType::IQ2_M},      {Backend::cuda, FileType::Q3_K_M},      {Backend::cuda, FileType::Q3_K_S},
    {Backend::cuda, FileType::Q4_1},       {Backend::cuda, FileType::Q4_K_S},      {Backend::cuda, FileType::Q5_0},
    {Backend::metal, FileType::Q4_K_M},    {Backend::metal, FileType::Q8_0},       {Backend::metal, FileType::F16},
    {Backend::metal, FileType::Q2_K},      {Backend::metal, FileType::Q4_0},       {Backend::metal, FileType::Q6_K},
    {Backend::metal, FileType::MXFP4_MOE}, {Backend::metal, FileType::Q3_K_M},     {Backend::metal, FileType::Q5_K_M},
    {Backend::vulkan, FileType::Q4_K_M},   {Backend::vulkan, FileType::Q8_0},      {Backend::vulkan, FileType::BF16},
    {Backend::vulkan, FileType::Q3_K_S},   {Backend::vulkan, FileType::MXFP4_MOE}, {Backend::vulkan, FileType::Q4_0},
    {Backend::vulkan, FileType::Q5_K_M},   {Backend::vulkan, FileType::Q2_K},      {Backend::vulkan, FileType::Q3_K_M},
    {Backend::vulkan, FileType::Q6_K},     {Backend::rocm, FileType::Q4_K_M},      {Backend::rocm, FileType::Q8_0},
    {Backend::rocm, FileType::BF16},       {Backend::rocm, FileType::MXFP4_MOE},   {Backend::rocm, FileType::Q4_0},
    {Backend::rocm, FileType::Q3_K_S},     {Backend::rocm, FileType::Q5_K_M},      {Backend::rocm, FileType::Q6_K},
    {Backend::cpu, FileType::Q4_K_M},      {Backend::cpu, FileType::Q4_0},         {Backend::cpu, FileType::F16},
    {Backend::cpu, FileType::Q8_0},        {Backend::cpu, FileType::IQ2_M},        {Backend::cpu, FileType::IQ2_XS},
    {Backend::cpu, FileType::IQ2_XXS},     {Backend::cpu, FileType::IQ3_S},        {Backend::cpu, FileType::IQ3_XXS},
    {Backend::cpu, FileType::IQ4_NL},      {Backend::cpu, FileType::IQ4_XS},       {Backend::cpu, FileType::Q2_K_S},
    {Backend::cpu, FileType::Q3_K_S},      {Backend::cpu, FileType::Q4_K_S},       {Backend::cpu, FileType::Q5_0},
    {Backend::cpu, FileType::Q5_K_S},      {Backend::cpu, FileType::Q6_K},         {Backend::sycl, FileType::Q4_K_M},
    {Backend::sycl, FileType::Q8_0},       {Backend::sycl, FileType::Q5_K_M},      {Backend::sycl, FileType::Q6_K},
    {Backend::sycl, FileType::IQ3_XS},     {Backend::sycl, FileType::IQ4_NL},      {Backend::sycl, FileType::IQ4_XS},
    {Backend::sycl, FileType::MXFP4_MOE},  {Backend::sycl, FileType::Q2_K},        {Backend::sycl, FileType::Q4_0},
    {Backend::sycl, FileType::Q4_1},       {Backend::sycl, FileType::Q4_K_S},      {Backend::sycl, FileType::Q5_K_S},
}};

// Of decoding the very model that was measured.
inline constexpr std::array<float, 3> kMeasuredSpread = {0.953F, 1.0F, 1.053F};

}  // namespace llmcalc::detail
