{{- define "nexus.name" -}}
{{- if contains "nexus" .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-nexus{{ end }}
{{- end }}

{{- define "nexus.selector" -}}
app.kubernetes.io/name: nexus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "nexus.labels" -}}
{{ include "nexus.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* nexus.yaml: what is given, with the chart's own addresses. */}}
{{- define "nexus.config" -}}
{{- $delay := printf "%ds" (int .Values.api.drainSeconds) -}}
{{- $server := dict "host" "0.0.0.0" "port" 8080 "metricsPort" 9464 "shutdownDelay" $delay -}}
{{- $config := merge (dict "server" (merge $server (.Values.config.server | default dict))) .Values.config -}}
{{ toYaml $config }}
{{- end }}

{{/* What every pod has. Takes root, component, command, secrets, ports and probes. */}}
{{- define "nexus.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "nexus.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  annotations:
    # A pod reads its configuration when it starts.
    checksum/config: {{ include "nexus.config" $root | sha256sum }}
    {{- with $root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .grace }}
  terminationGracePeriodSeconds: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  {{- if .spread }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" $root.Values.topologyKey | uniq }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "nexus.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.component }}
    {{- end }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: nexus
      image: {{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        {{- toYaml .args | nindent 8 }}
      {{- with $root.Values.env }}
      env:
        {{- range $name, $value := . }}
        - { name: {{ $name | quote }}, value: {{ $value | quote }} }
        {{- end }}
      {{- end }}
      {{- with .secrets }}
      envFrom:
        {{- range . }}
        - secretRef: { name: {{ . }} }
        {{- end }}
      {{- end }}
      {{- with .ports }}
      ports:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .container }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with .resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: config, mountPath: /etc/nexus, readOnly: true }
  volumes:
    - name: config
      configMap: { name: {{ .configMap | default (include "nexus.name" $root) }} }
{{- end }}
