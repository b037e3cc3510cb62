namespace Orchestrator.LocalHost.Settings;

/// <summary><c>host.json</c>, or an environment variable that overrides it, is wrong. The message names the file and the path in it.</summary>
public sealed class HostSettingsException : Exception
{
    public HostSettingsException()
    {
    }

    public HostSettingsException(string message)
        : base(message)
    {
    }

    public HostSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
