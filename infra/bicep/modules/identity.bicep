// The identity that the app runs as. It exists before the app, so that the app has its roles when it starts for the first time.

@description('Region of the identity.')
param location string

@description('Tags of the identity.')
param tags object

@description('Name of the identity.')
param name string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
