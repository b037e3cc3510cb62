using System.Net;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>A host has an address that is not public. Comes out of the HTTP handler as the cause of its own exception.</summary>
internal sealed class AddressRefusedException(IPAddress address) : Exception($"The address {address} is not public.")
{
    public IPAddress Address { get; } = address;
}
