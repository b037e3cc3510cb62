using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Testing.Azurite;

/// <summary>
/// Azurite with its blob, queue and table services in a process of its own, on free ports and in a temporary folder. It can be stopped and started
/// again with what it held. It ends with the process that started it, however that ends. Not thread-safe, except <see cref="SharedAsync"/>.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>The account that every Azurite has.</summary>
    public const string AccountName = "devstoreaccount1";

    /// <summary>Azurite's well-known key, which is no secret.</summary>
    public const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Names a server that several test processes share: its connection string. <c>.ci/run</c> starts one.</summary>
    public const string SharedVariable = "TEST_AZURITE";

    private const string Listening = "service is successfully listening at http://127.0.0.1:";

    private const string Closed = "service successfully closed";

    /// <summary>In the order in which they start.</summary>
    private static readonly string[] Services = ["Blob", "Queue", "Table"];

    /// <summary>Far more than a start takes on a busy machine: reached only when something is wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly Lazy<Task<AzuriteServer>> Shared = new(StartSharedAsync);

    /// <summary>
    /// Of each service in <see cref="Services"/>; 0 before the first start, which lets Azurite take a free one, so that no other process can be
    /// faster.
    /// </summary>
    private readonly int[] _ports = new int[Services.Length];
    private readonly TempFolder? _folder;
    private readonly string? _connectionString;
    private Process? _process;

    private AzuriteServer()
    {
        _folder = new TempFolder();
    }

    private AzuriteServer(string connectionString)
    {
        _connectionString = connectionString;
        _ports[0] = new DbConnectionStringBuilder { ConnectionString = connectionString }.TryGetValue("BlobEndpoint", out var endpoint)
            ? new Uri((string)endpoint).Port
            : throw new ArgumentException(
                $"There is no BlobEndpoint in the connection string of Azurite that {SharedVariable} gives.", nameof(connectionString));
    }

    /// <summary>Where the account is. Stays the same when the server is started again.</summary>
    public Uri BlobEndpoint => Endpoint(0);

    public string ConnectionString => _connectionString ??
        $"DefaultEndpointsProtocol=http;AccountName={AccountName};AccountKey={AccountKey};" +
        string.Concat(Services.Select((service, index) => $"{service}Endpoint={Endpoint(index)};"));

    /// <summary>
    /// The server that <see cref="SharedVariable"/> names; without it the one of this test process, started by the first call. It is never
    /// stopped; every test takes containers, queues and tables whose names no other test has, in any process.
    /// </summary>
    public static Task<AzuriteServer> SharedAsync() => Shared.Value;

    /// <summary>A server that another process started and ends.</summary>
    /// <exception cref="ArgumentException">The connection string has no blob endpoint.</exception>
    public static AzuriteServer RunningAt(string connectionString) => new(connectionString);

    /// <summary>Starts a server for one test, which may stop it. Installs the package first when need be.</summary>
    /// <exception cref="InvalidOperationException">It cannot be installed or does not start; the message says why.</exception>
    public static async Task<AzuriteServer> NewAsync()
    {
        await AzuritePackage.InstallAsync();
        var server = new AzuriteServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same port with the same data. Completes when it answers.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it said.</exception>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(
            "node",
            [
                "--require", AzuritePackage.EndWithParent, AzuritePackage.Server, "--location", _folder!.Path,
                .. Services.SelectMany((service, index) => (string[])[$"--{service.ToLowerInvariant()}Port", $"{_ports[index]}"]),
                "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = _process.StandardError.ReadToEndAsync();
        for (var index = 0; index < Services.Length; index++)
        {
            var line = await ReadToAsync(_process, Listening) ?? throw new InvalidOperationException($"Azurite did not start: {await errors}");
            _ports[index] = int.Parse(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Stops it. What it held is on disk when the task completes.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        process.StandardInput.Close();
        try
        {
            foreach (var _ in Services)
            {
                await ReadToAsync(process, Closed);
            }
        }
        finally
        {
            // All is saved, but it would wait for clients that keep their connections.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder?.Dispose();
    }

    private static async Task<AzuriteServer> StartSharedAsync()
    {
        if (Environment.GetEnvironmentVariable(SharedVariable) is { Length: > 0 } shared)
        {
            return RunningAt(shared);
        }

        var server = await NewAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }

    private Uri Endpoint(int service) => new($"http://127.0.0.1:{_ports[service]}/{AccountName}");

    /// <summary>The next line of its output with this text; null when the output ends without it.</summary>
    private static async Task<string?> ReadToAsync(Process process, string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Azurite did not say '{text}' within {Patience}.");
        }
    }
}
