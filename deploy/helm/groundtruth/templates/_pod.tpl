{{- /* A pod of either kind. Takes root, component, vantage, args, and scheduling of its own. */ -}}
{{- define "groundtruth.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
metadata:
  labels:
    {{- include "groundtruth.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "groundtruth.account" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: groundtruth
      image: {{ include "groundtruth.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: {{ .args | toJson }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      env:
        - name: GROUNDTRUTH_VANTAGE
          value: {{ .vantage | quote }}
        {{- range $values.existingSecret.keys }}
        - name: {{ . }}_FILE
          value: /etc/groundtruth-secrets/{{ . }}
        {{- end }}
        {{- with $values.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- if eq .component "bot" }}
      ports:
        - {name: health, containerPort: 8081}
        {{- if $values.web.enabled }}
        - {name: http, containerPort: 8080}
        {{- end }}
      # Two ports, two questions. 8081 asks the process. 8080 asks the page: it stays ready while Slack or the store is
      # away, because then people look at it. /readyz on 8081 fails with Slack, so it is for alerts and not for a probe.
      startupProbe:
        httpGet: {path: /livez, port: health}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: health}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        {{- if $values.web.enabled }}
        httpGet: {path: /healthz, port: http}
        {{- else }}
        httpGet: {path: /livez, port: health}
        {{- end }}
        periodSeconds: 5
        timeoutSeconds: 3
      {{- end }}
      resources:
        {{- toYaml (.resources | default $values.resources) | nindent 8 }}
      volumeMounts:
        # Folders and not single files: a changed ConfigMap or Secret is seen without a restart.
        - {name: config, mountPath: /etc/groundtruth, readOnly: true}
        - {name: state, mountPath: /var/lib/groundtruth}
        - {name: tmp, mountPath: /tmp}
        {{- if $values.existingSecret.name }}
        - {name: secrets, mountPath: /etc/groundtruth-secrets, readOnly: true}
        {{- end }}
  volumes:
    - name: config
      configMap: {name: {{ include "groundtruth.configMap" $root | trim }}}
    - name: state
      emptyDir: {sizeLimit: 64Mi}
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    {{- if $values.existingSecret.name }}
    - name: secrets
      secret:
        secretName: {{ $values.existingSecret.name }}
        defaultMode: 0440
        items:
          {{- range $values.existingSecret.keys }}
          - {key: {{ . }}, path: {{ . }}}
          {{- end }}
    {{- end }}
  {{- if and $values.topologySpread (eq .component "bot") }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "groundtruth.selector" $root | nindent 10 }}
          app.kubernetes.io/component: bot
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
