// The parameters of main.bicep as the azd environment has them (azd env set NAME VALUE), with the defaults of this repository.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'orchestrator')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')

param models = readEnvironmentVariable('ORCHESTRATOR_MODELS', 'none')
param defaultModel = readEnvironmentVariable('ORCHESTRATOR_DEFAULT_MODEL', 'gpt-6-luna')
param openAiModelVersion = readEnvironmentVariable('ORCHESTRATOR_OPENAI_MODEL_VERSION', '')
param openAiDeploymentSku = readEnvironmentVariable('ORCHESTRATOR_OPENAI_DEPLOYMENT_SKU', 'GlobalStandard')
param openAiCapacity = int(readEnvironmentVariable('ORCHESTRATOR_OPENAI_CAPACITY', '50'))
param openAiAccountId = readEnvironmentVariable('ORCHESTRATOR_OPENAI_ACCOUNT_ID', '')

param retainDays = int(readEnvironmentVariable('ORCHESTRATOR_RETAIN_DAYS', '0'))
param allowMocks = bool(readEnvironmentVariable('ORCHESTRATOR_ALLOW_MOCKS', 'false'))
param settings = {}

param maximumInstanceCount = int(readEnvironmentVariable('ORCHESTRATOR_MAXIMUM_INSTANCES', '40'))
param instanceMemoryMB = 2048
param alwaysReadyInstances = int(readEnvironmentVariable('ORCHESTRATOR_ALWAYS_READY_INSTANCES', '0'))

param storageSku = readEnvironmentVariable('ORCHESTRATOR_STORAGE_SKU', 'Standard_LRS')
param logRetentionDays = int(readEnvironmentVariable('ORCHESTRATOR_LOG_RETENTION_DAYS', '30'))
param logDailyCapGb = int(readEnvironmentVariable('ORCHESTRATOR_LOG_DAILY_CAP_GB', '1'))

param scheduler = readEnvironmentVariable('ORCHESTRATOR_SCHEDULER', 'none')
param schedulerIpAllowlist = ['0.0.0.0/0']
