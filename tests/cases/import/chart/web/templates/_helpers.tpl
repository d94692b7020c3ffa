{{/* a comment: {{ .Values.notRead }} .Values.norThis */}}
{{- define "web.name" -}}{{ default .Chart.Name .Values.nameOverride | trunc 63 }}{{- end -}}
