// A Vulkan layer that lets the software device look like a discrete card to whoever only plans: storage buffers of 4
// GiB, one large allocation, and as much free memory as LLMCALC_FREE_MIB says (default 4 TiB). Never run real work with
// it.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

static const uint64_t kPlenty = 1ull << 42;
static PFN_vkGetInstanceProcAddr below;
static VkInstance instance;

static uint64_t memoryBytes(void) {
  const char *mebibytes = getenv("LLMCALC_FREE_MIB");
  return mebibytes ? strtoull(mebibytes, NULL, 10) << 20 : kPlenty;
}

static void beDiscrete(VkPhysicalDeviceProperties *properties) {
  properties->deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
  properties->limits.maxStorageBufferRange = UINT32_MAX;
}

static void haveMemory(VkPhysicalDeviceMemoryProperties *memory) {
  for (uint32_t heap = 0; heap < memory->memoryHeapCount; ++heap) memory->memoryHeaps[heap].size = memoryBytes();
}

static VKAPI_ATTR void VKAPI_CALL properties(VkPhysicalDevice device, VkPhysicalDeviceProperties *out) {
  ((PFN_vkGetPhysicalDeviceProperties)below(instance, "vkGetPhysicalDeviceProperties"))(device, out);
  beDiscrete(out);
}

static VKAPI_ATTR void VKAPI_CALL properties2(VkPhysicalDevice device, VkPhysicalDeviceProperties2 *out) {
  ((PFN_vkGetPhysicalDeviceProperties2)below(instance, "vkGetPhysicalDeviceProperties2"))(device, out);
  beDiscrete(&out->properties);
  for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
    if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES) {
      ((VkPhysicalDeviceMaintenance3Properties *)next)->maxMemoryAllocationSize = kPlenty;
    } else if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES) {
      ((VkPhysicalDeviceMaintenance4Properties *)next)->maxBufferSize = kPlenty;
    }
  }
}

static VKAPI_ATTR void VKAPI_CALL memory(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties *out) {
  ((PFN_vkGetPhysicalDeviceMemoryProperties)below(instance, "vkGetPhysicalDeviceMemoryProperties"))(device, out);
  haveMemory(out);
}

static VKAPI_ATTR void VKAPI_CALL memory2(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties2 *out) {
  ((PFN_vkGetPhysicalDeviceMemoryProperties2)below(instance, "vkGetPhysicalDeviceMemoryProperties2"))(device, out);
  haveMemory(&out->memoryProperties);
  for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
    if (next->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT) continue;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = (void *)next;
    for (uint32_t heap = 0; heap < VK_MAX_MEMORY_HEAPS; ++heap) {
      budget->heapBudget[heap] = memoryBytes();
      budget->heapUsage[heap] = 0;
    }
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL createInstance(const VkInstanceCreateInfo *info,
                                                     const VkAllocationCallbacks *allocator, VkInstance *out) {
  VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
  while (link &&
         !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO)) {
    link = (VkLayerInstanceCreateInfo *)link->pNext;
  }
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  below = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  const VkResult result = ((PFN_vkCreateInstance)below(VK_NULL_HANDLE, "vkCreateInstance"))(info, allocator, out);
  if (result == VK_SUCCESS) instance = *out;
  return result;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL procedure(VkInstance of, const char *name) {
  static const struct {
    const char *name;
    PFN_vkVoidFunction function;
  } kOwn[] = {
      {"vkCreateInstance", (PFN_vkVoidFunction)createInstance},
      {"vkGetInstanceProcAddr", (PFN_vkVoidFunction)procedure},
      {"vkGetPhysicalDeviceProperties", (PFN_vkVoidFunction)properties},
      {"vkGetPhysicalDeviceProperties2", (PFN_vkVoidFunction)properties2},
      {"vkGetPhysicalDeviceProperties2KHR", (PFN_vkVoidFunction)properties2},
      {"vkGetPhysicalDeviceMemoryProperties", (PFN_vkVoidFunction)memory},
      {"vkGetPhysicalDeviceMemoryProperties2", (PFN_vkVoidFunction)memory2},
      {"vkGetPhysicalDeviceMemoryProperties2KHR", (PFN_vkVoidFunction)memory2},
  };
  for (size_t i = 0; i < sizeof kOwn / sizeof *kOwn; ++i) {
    if (strcmp(name, kOwn[i].name) == 0) return kOwn[i].function;
  }
  return below ? below(of, name) : NULL;
}

__attribute__((visibility("default"))) VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *negotiated) {
  negotiated->loaderLayerInterfaceVersion = 2;
  negotiated->pfnGetInstanceProcAddr = procedure;
  negotiated->pfnGetDeviceProcAddr = NULL;
  negotiated->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
