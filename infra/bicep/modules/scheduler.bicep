// The Durable Task Scheduler in the place of queues and tables. docs/deploy.md says what the app must change to use it.

@description('Region of the scheduler.')
param location string

@description('Tags of the scheduler.')
param tags object

@description('Name of the scheduler.')
param name string

@description('Consumption pays by action, Dedicated by capacity.')
param sku string

@description('Name of the task hub, the one of host.json.')
param hub string

@description('Addresses that may reach the scheduler, as CIDR ranges. Whoever reaches it still needs the role.')
param ipAllowlist string[]

@description('Principal of the identity that the app runs as.')
param principalId string

var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ipAllowlist
    sku: sku == 'Dedicated' ? { name: sku, capacity: 1 } : { name: sku }
  }

  resource taskHub 'taskHubs' = {
    name: hub
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler.id, principalId, durableTaskDataContributor)
  scope: scheduler
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output endpoint string = scheduler.properties.endpoint
