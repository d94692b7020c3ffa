{{- define "parts.labels" -}}{{ toYaml .Values.commonLabels }} {{ .context.Values.global.team }}{{- end -}}
