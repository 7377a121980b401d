import { describe, expect, test } from 'vitest'
import { receiverOf } from '../../adapters/traces/settings.ts'

const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318'

describe('where traces are sent', () => {
  test.each([
    { reason: 'nobody asks for any', env: {}, receiver: null },
    { reason: 'an empty variable is none', env: { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, receiver: null },
    { reason: 'the usual', env: { OTEL_EXPORTER_OTLP_ENDPOINT }, receiver: 'http://collector:4318/' },
    {
      reason: 'the variable for traces alone comes first',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t.example.com/in' },
      receiver: 'https://t.example.com/in',
    },
    {
      reason: 'nobody reads a password',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@collector:4318' },
      receiver: 'http://collector:4318/',
    },
    { reason: 'the SDK is off', env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }, receiver: null },
    { reason: 'no exporter', env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, receiver: null },
    {
      reason: 'the protocol that is spoken may be named',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_TRACES_EXPORTER: 'otlp' },
      receiver: 'http://collector:4318/',
    },
  ])('$reason', ({ env, receiver }) => {
    expect(receiverOf(env)).toBe(receiver)
  })

  test.each([
    {
      reason: 'no URL',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      said: 'OTEL_EXPORTER_OTLP_ENDPOINT is not',
    },
    {
      reason: 'another protocol',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      said: 'OTEL_EXPORTER_OTLP_PROTOCOL asks for another protocol than http/protobuf',
    },
    {
      reason: 'another protocol for traces alone',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      said: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL asks',
    },
    {
      reason: 'another exporter',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'zipkin' },
      said: 'may be otlp',
    },
  ])('is refused with the remedy: $reason', ({ env, said }) => {
    expect(() => receiverOf(env)).toThrow(said)
  })
})
