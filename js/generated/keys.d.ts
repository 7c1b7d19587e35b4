// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand. It compiles where the interfaces
// of types.d.ts have the fields of the tables.
import type {
  DeviceMemory,
  LayerGroup,
  Machine,
  MemoryFit,
  MemoryPlan,
  MemoryRuntime,
  ModelFit,
  ModelSpec,
} from '../types.d.ts';

type Same<A extends B, B extends C, C = A> = [A, B, C];

export type Compared = [
  Same<
    keyof LayerGroup,
    | 'attention'
    | 'headCount'
    | 'kvHeadCount'
    | 'keyLength'
    | 'valueLength'
    | 'sharesCache'
    | 'valueFromKey'
    | 'fusedQKV'
    | 'gatedQuery'
    | 'feedForward'
    | 'feedForwardLength'
    | 'queryLoraRank'
    | 'kvLoraRank'
    | 'ropeLength'
    | 'mlaKeyLength'
    | 'mlaValueLength'
    | 'recurrence'
    | 'convolutionLength'
    | 'innerLength'
    | 'stateLength'
    | 'stateGroupCount'
    | 'timeStepRank'
    | 'expertCount'
    | 'expertsUsed'
    | 'expertLength'
    | 'sharedExpertLength'
    | 'expertHiddenLength'
    | 'fusedExperts'
    | 'plainExperts'
    | 'indexerKeyLength'
    | 'perLayerEmbeddingLength'
    | 'expertVectorElements'
    | 'unquantizedElements'
    | 'furtherElements'
    | 'vectorElements'
  >,
  Same<
    keyof ModelSpec,
    | 'architecture'
    | 'vocabularySize'
    | 'hiddenSize'
    | 'layerCount'
    | 'contextLength'
    | 'groups'
    | 'runs'
    | 'slidingWindow'
    | 'outputVectorElements'
    | 'tiedEmbeddings'
    | 'is70B'
    | 'perLayerEmbeddingLength'
    | 'outputUnquantizedElements'
    | 'firstLayerVectorElements'
    | 'firstLayerUnquantizedElements'
    | 'predictionLayerCount'
    | 'predictionGroup'
    | 'tensors'
  >,
  Same<
    keyof MemoryRuntime,
    | 'engine'
    | 'build'
    | 'server'
    | 'fileType'
    | 'importanceMatrix'
    | 'contextLength'
    | 'batchSize'
    | 'microBatchSize'
    | 'sequences'
    | 'kvUnified'
    | 'flashAttention'
    | 'cacheTypeK'
    | 'cacheTypeV'
    | 'gpuLayers'
    | 'cpuMoeLayers'
    | 'swaFull'
    | 'kvOffload'
    | 'backend'
    | 'multiprocessors'
    | 'gpus'
  >,
  Same<keyof MemoryPlan, 'devices' | 'cells' | 'outputs' | 'fileBytes' | 'bytesPerToken'>,
  Same<keyof MemoryPlan['cells'], 'streams' | 'full' | 'sliding'>,
  Same<
    keyof DeviceMemory,
    | 'name'
    | 'weights'
    | 'kvCache'
    | 'recurrentState'
    | 'computeBuffer'
    | 'outputBuffer'
    | 'overhead'
    | 'total'
    | 'layers'
    | 'bytesPerToken'
    | 'terms'
  >,
  Same<
    keyof DeviceMemory['terms'],
    'tokenEmbedding' | 'outputHead' | 'experts' | 'slidingCache' | 'inputs' | 'largestStage' | 'stage'
  >,
  Same<keyof Machine, 'kind' | 'hostMemory' | 'hostReserved' | 'hostMargin' | 'gpus'>,
  Same<keyof MemoryFit, 'fits' | 'verdict' | 'devices'>,
  Same<keyof ModelFit, 'verdict' | 'gpuLayers' | 'cpuMoeLayers'>,
  Same<keyof MemoryFit['devices'][number], 'name' | 'needed' | 'available' | 'margin' | 'shortBy' | 'shortOfMargin'>,
];
