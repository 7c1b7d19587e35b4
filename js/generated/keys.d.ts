// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand. It compiles where the interfaces
// of js/types/ have the fields of the tables.
import type {
  Band,
  Device,
  Fit,
  Hardware,
  Machine,
  ModelFit,
  ModelSpec,
  SpeedEstimate,
  SpeedProfile,
  Spread,
  VllmRuntime,
  Workload,
} from '../types/all.d.ts';

type Same<A extends B, B extends C, C = A> = [A, B, C];

export type Compared = [
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
    keyof VllmRuntime,
    | 'engine'
    | 'fileType'
    | 'importanceMatrix'
    | 'contextLength'
    | 'sequences'
    | 'cacheTypeK'
    | 'cacheTypeV'
    | 'backend'
    | 'multiprocessors'
    | 'gpus'
  >,
  Same<keyof Machine, 'kind' | 'hostMemory' | 'hostReserved' | 'hostMargin' | 'gpus'>,
  Same<keyof Fit, 'fits' | 'verdict' | 'devices'>,
  Same<keyof ModelFit, 'verdict' | 'gpuLayers' | 'cpuMoeLayers'>,
  Same<keyof Fit['devices'][number], 'name' | 'needed' | 'available' | 'margin' | 'shortBy' | 'shortOfMargin'>,
  Same<keyof Device, 'name' | 'family' | 'bandwidth' | 'shaderFlops' | 'halfFlops' | 'quantizedOps' | 'threads'>,
  Same<
    keyof Hardware,
    | 'kind'
    | 'hostMemory'
    | 'hostReserved'
    | 'hostMargin'
    | 'gpus'
    | 'host'
    | 'linkBandwidth'
    | 'gpuLinkBandwidth'
    | 'split'
    | 'profile'
    | 'hostProfile'
  >,
  Same<
    keyof Workload,
    | 'promptLength'
    | 'outputLength'
    | 'cachedTokens'
    | 'concurrency'
    | 'draftLength'
    | 'acceptanceRate'
    | 'draftCost'
    | 'fileBytes'
  >,
  Same<keyof Band, 'p10' | 'p50' | 'p90'>,
  Same<keyof Spread, 'p10' | 'p50' | 'p90'>,
  Same<
    keyof SpeedProfile,
    | 'bandwidthShare'
    | 'kernelShare'
    | 'layerSeconds'
    | 'expertLayers'
    | 'recurrentLayers'
    | 'cacheShare'
    | 'cacheOperations'
    | 'quantizedShare'
    | 'halfShare'
    | 'attentionShare'
    | 'prefillLayerSeconds'
    | 'expertPadding'
    | 'expertSeconds'
    | 'scoreBytes'
    | 'recurrentCost'
    | 'callSeconds'
    | 'batchQuantized'
    | 'batchQ8'
    | 'batchFloat'
    | 'batchExperts'
    | 'batchLayerSeconds'
    | 'matrixShare'
    | 'matrixExperts'
    | 'matrixExpertWork'
    | 'matrixLayerSeconds'
    | 'batchCache'
    | 'gpuHopSeconds'
    | 'slowHopSeconds'
    | 'hostHopSeconds'
    | 'expertHopSeconds'
    | 'linkShare'
    | 'reduceSeconds'
    | 'reduceTokenSeconds'
    | 'reduceExperts'
    | 'pipelineShare'
    | 'operationsPerWeight'
    | 'prefillCost'
    | 'spreads'
    | 'measuredBytes'
    | 'evidence'
  >,
  Same<
    keyof SpeedProfile['spreads'],
    'decode' | 'experts' | 'prefill' | 'batched' | 'deepPrefill' | 'drafted' | 'measured'
  >,
  Same<
    keyof SpeedEstimate,
    | 'decode'
    | 'prefill'
    | 'timeToFirstToken'
    | 'requestTime'
    | 'tokensPerSecondUser'
    | 'tokensPerSecondTotal'
    | 'terms'
    | 'decodeLimit'
    | 'prefillLimit'
    | 'evidence'
  >,
  Same<keyof SpeedEstimate['terms'], 'step' | 'prompt'>,
  Same<keyof SpeedEstimate['terms']['step'], 'memory' | 'compute' | 'cache' | 'launch' | 'link' | 'host'>,
];
