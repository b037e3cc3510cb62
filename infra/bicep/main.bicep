// Everything that the app needs in Azure, without a key: each part is reached by the identity of the app. docs/deploy.md tells how to use it.
targetScope = 'subscription'

@description('Name of the azd environment. It is in the name of the resource group, in all tags, and in what makes names unique.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources. Flex Consumption must be offered there.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Who answers for models. none: runs that ask models are refused. simulated: made-up texts, free. create: a new Azure OpenAI account with one deployment. existing: the account of openAiAccountId.')
@allowed(['none', 'simulated', 'create', 'existing'])
param models string

@description('The model of steps that name none. With models=create it is deployed, under its own name; with existing it is the name of a deployment there.')
@minLength(1)
param defaultModel string

@description('With models=create: the version of the model. Empty for the default of the service.')
param openAiModelVersion string

@description('With models=create: GlobalStandard answers anywhere, DataZoneStandard within the zone (EU, US), Standard in the region.')
@allowed(['GlobalStandard', 'DataZoneStandard', 'Standard'])
param openAiDeploymentSku string

@description('With models=create: quota of the deployment, in thousands of tokens a minute.')
@minValue(1)
param openAiCapacity int

@description('With models=existing: resource id of the Azure OpenAI account. The app gets the role Cognitive Services OpenAI User there.')
param openAiAccountId string

@description('Days after which ended runs are deleted; 0 keeps them for ever.')
@minValue(0)
@maxValue(36500)
param retainDays int

@description('Whether a start over HTTP may bring scripted answers instead of models.')
param allowMocks bool

@description('Further application settings, names and texts: prices (Orchestrator__Prices__NAME__Input), secrets of tools (ORCHESTRATOR_SECRET_NAME) as references to a Key Vault.')
param settings object

@description('At most so many instances.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Memory of one instance, in megabytes.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('So many instances wait at any time, for HTTP and for runs alike: no cold start, and paid while they wait. 0 scales to nothing.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int

@description('Redundancy of the storage account. Zones or regions cost more and survive more.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string

@description('How many days logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int

@description('How many gigabytes of logs a day are taken; what comes after is lost until the next day. -1 for no limit.')
@minValue(-1)
param logDailyCapGb int

@description('The Durable Task Scheduler. The app uses it only after the changes that docs/deploy.md names.')
@allowed(['none', 'Consumption', 'Dedicated'])
param scheduler string

@description('Addresses that may reach the scheduler, as CIDR ranges. The addresses of Flex Consumption are not fixed.')
param schedulerIpAllowlist string[]

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var recordsContainer = 'orchestrator'

// Parts of /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.CognitiveServices/accounts/NAME
var openAiAccountParts = split(openAiAccountId, '/')
var openAiAccount = length(openAiAccountParts) == 9
  ? openAiAccountParts
  : models == 'existing'
      ? fail('openAiAccountId (ORCHESTRATOR_OPENAI_ACCOUNT_ID) is no resource id of an Azure OpenAI account, and models is existing: az cognitiveservices account show --query id prints it')
      : ['', '', '', '', '', '', '', '', '']

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'id-${token}'
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'st${token}'
    sku: storageSku
    recordsContainer: recordsContainer
    principalId: identity.outputs.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: 'log-${token}'
    name: 'appi-${token}'
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    principalId: identity.outputs.principalId
  }
}

module newModels 'modules/models.bicep' = if (models == 'create') {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'oai-${token}'
    model: defaultModel
    modelVersion: openAiModelVersion
    deploymentSku: openAiDeploymentSku
    capacity: openAiCapacity
    principalId: identity.outputs.principalId
  }
}

module existingModels 'modules/models-access.bicep' = if (models == 'existing') {
  scope: resourceGroup(openAiAccount[2], openAiAccount[4])
  params: {
    accountName: openAiAccount[8]
    principalId: identity.outputs.principalId
  }
}

module durableTasks 'modules/scheduler.bicep' = if (scheduler != 'none') {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'dts-${token}'
    sku: scheduler
    hub: loadJsonContent('../../host.json').extensions.durableTask.hubName
    ipAllowlist: schedulerIpAllowlist
    principalId: identity.outputs.principalId
  }
}

var modelSettings = models == 'create'
  ? { AZURE_OPENAI_ENDPOINT: newModels!.outputs.endpoint }
  : models == 'existing'
      ? { AZURE_OPENAI_ENDPOINT: existingModels!.outputs.endpoint }
      : models == 'simulated' ? { Orchestrator__Model: 'simulated' } : {}

var schedulerSettings = scheduler == 'none'
  ? {}
  : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${durableTasks!.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${identity.outputs.clientId}'
    }

module app 'modules/app.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    planName: 'plan-${token}'
    name: 'func-${token}'
    identityId: identity.outputs.id
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyInstances: alwaysReadyInstances
    settings: union(
      {
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.outputs.clientId
        AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
        AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
        AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
        APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
        // The identity that DefaultAzureCredential asks models as.
        AZURE_CLIENT_ID: identity.outputs.clientId
        Orchestrator__Container: recordsContainer
        Orchestrator__DefaultModel: defaultModel
        Orchestrator__AllowMocks: string(allowMocks)
      },
      retainDays == 0 ? {} : { Orchestrator__RetainDays: string(retainDays) },
      modelSettings,
      schedulerSettings,
      settings
    )
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name
output AZURE_APPLICATION_INSIGHTS string = monitoring.outputs.name
output ORCHESTRATOR_URL string = app.outputs.url
