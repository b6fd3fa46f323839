{{- define "groundtruth.name" -}}
{{- .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "groundtruth.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "groundtruth.selector" -}}
app.kubernetes.io/name: {{ include "groundtruth.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "groundtruth.labels" -}}
{{ include "groundtruth.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: groundtruth
{{- end -}}

{{- define "groundtruth.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "groundtruth.account" -}}
{{- if .Values.serviceAccount.name -}}
{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create -}}
{{ include "groundtruth.fullname" . }}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "groundtruth.configMap" -}}
{{ .Values.existingConfigMap | default (include "groundtruth.fullname" .) }}
{{- end -}}

{{- /* The whole groundtruth.yaml: the user's, and what the chart knows better. */ -}}
{{- define "groundtruth.config" -}}
{{- $own := dict "redis" .Values.redis.url "health" (dict "listen" "0.0.0.0:8081") -}}
{{- if .Values.web.enabled -}}
{{- $_ := set $own "web" (dict "listen" "0.0.0.0:8080") -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{- /* What helm's schema cannot say: values that need each other. */ -}}
{{- define "groundtruth.checks" -}}
{{- if and (not .Values.redis.url) (not .Values.existingConfigMap) -}}
{{- fail "redis.url is required: replicas share one store, such as redis://valkey:6379/0" -}}
{{- end -}}
{{- if and (eq .Values.role "judge") (not .Values.probers) -}}
{{- fail "role: judge needs probers: nobody would run the checks" -}}
{{- end -}}
{{- if and .Values.existingSecret.name (not .Values.existingSecret.keys) -}}
{{- fail "existingSecret.keys is required: the keys of the secret that the configuration refers to" -}}
{{- end -}}
{{- if and .Values.keda.enabled (not .Values.keda.prometheus) -}}
{{- fail "keda.prometheus is required: the address of the Prometheus that scrapes the replicas" -}}
{{- end -}}
{{- if and (or .Values.serviceMonitor.enabled .Values.ingress.enabled) (not .Values.web.enabled) -}}
{{- fail "serviceMonitor and ingress need web.enabled: metrics and page are served there" -}}
{{- end -}}
{{- end -}}
