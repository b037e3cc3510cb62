using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>
/// A configuration that records the names of the settings that were read, but not those read by enumeration.
/// </summary>
internal sealed class AskedConfiguration(IConfiguration inner, ISet<string> asked, string? path = null) : IConfigurationSection
{
    public string Key => path?.Split(':')[^1] ?? "";

    public string Path => path ?? "";

    public string? Value
    {
        get
        {
            Remember(path);
            return (inner as IConfigurationSection)?.Value;
        }
        set => throw new NotSupportedException();
    }

    public string? this[string key]
    {
        get
        {
            Remember(PathOf(key));
            return inner[key];
        }
        set => throw new NotSupportedException();
    }

    public IConfigurationSection GetSection(string key) => new AskedConfiguration(inner.GetSection(key), asked, PathOf(key));

    public IEnumerable<IConfigurationSection> GetChildren()
    {
        Remember(path);
        return inner.GetChildren();
    }

    public IChangeToken GetReloadToken() => inner.GetReloadToken();

    private string PathOf(string key) => path is null ? key : $"{path}:{key}";

    private void Remember(string? setting)
    {
        if (setting is not null)
        {
            asked.Add(setting);
        }
    }
}
