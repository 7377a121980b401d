import { z } from 'zod'

const policies = z.array(
  z.strictObject({ type: z.enum(['Pods', 'Percent']), value: z.int().positive(), periodSeconds: z.int().positive() }),
)
const rules = z.strictObject({ stabilizationWindowSeconds: z.int().min(0).max(3600), policies })

/** The part of KEDA's ScaledObject that the example has: https://keda.sh/docs/latest/reference/scaledobject-spec */
export const ScaledObject = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.int().positive(),
    maxReplicaCount: z.int().positive(),
    pollingInterval: z.int().positive(),
    advanced: z.strictObject({
      horizontalPodAutoscalerConfig: z.strictObject({ behavior: z.strictObject({ scaleUp: rules, scaleDown: rules }) }),
    }),
    triggers: z.tuple([
      z.strictObject({
        type: z.literal('prometheus'),
        metricType: z.enum(['Value', 'AverageValue']),
        metadata: z.strictObject({ serverAddress: z.url(), threshold: z.string(), query: z.string() }),
      }),
    ]),
  }),
})
