// An Azure OpenAI account with one deployment. Keys are off: the app asks with its identity.

@description('Region of the account.')
param location string

@description('Tags of the account.')
param tags object

@description('Name of the account, which is also the first part of its address.')
param name string

@description('The model, which is also the name of its deployment: so the built-in prices apply to it.')
param model string

@description('Version of the model; empty for the default of the service.')
param modelVersion string

@description('Kind of the deployment: where requests are answered, and how they are paid.')
param deploymentSku string

@description('Quota of the deployment, in thousands of tokens a minute.')
param capacity int

@description('Principal of the identity that the app runs as.')
param principalId string

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: {
    name: 'S0'
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }

  resource deployment 'deployments' = {
    name: model
    sku: {
      name: deploymentSku
      capacity: capacity
    }
    properties: {
      model: union(
        {
          format: 'OpenAI'
          name: model
        },
        empty(modelVersion) ? {} : { version: modelVersion }
      )
    }
  }
}

module access 'models-access.bicep' = {
  params: {
    accountName: account.name
    principalId: principalId
  }
}

output endpoint string = access.outputs.endpoint
