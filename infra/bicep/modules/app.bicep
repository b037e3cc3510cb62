// The Functions app on a Flex Consumption plan.

@description('Region of the app.')
param location string

@description('Tags of the app and of its plan.')
param tags object

@description('Name of the plan.')
param planName string

@description('Name of the app, which is also the first part of its address.')
param name string

@description('Resource id of the identity that the app runs as.')
param identityId string

@description('Address of the container that the package is deployed to.')
param deploymentContainerUrl string

@description('At most so many instances.')
param maximumInstanceCount int

@description('Memory of one instance, in megabytes.')
param instanceMemoryMB int

@description('So many instances wait at any time, for HTTP and for runs alike.')
param alwaysReadyInstances int

@description('Application settings: names and texts.')
param settings object

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app of the service 'api' in azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: [for setting in items(settings): { name: setting.key, value: setting.value }]
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              { name: 'http', instanceCount: alwaysReadyInstances }
              { name: 'durable', instanceCount: alwaysReadyInstances }
            ]
      }
    }
  }

  // Deployment by name and password is off: azd deploys with a token of Entra ID.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
