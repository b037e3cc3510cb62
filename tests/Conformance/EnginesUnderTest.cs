using Orchestrator.Conformance.Apps;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

// Each engine is started once, for all classes of its collection.

[CollectionDefinition(nameof(LocalEngine))]
public sealed class LocalEngineCollection : ICollectionFixture<LocalEngine>;

[CollectionDefinition(nameof(InProcessEngine))]
public sealed class InProcessEngineCollection : ICollectionFixture<InProcessEngine>;

[Collection(nameof(LocalEngine))]
public sealed class LocalEngineTests(LocalEngine engine) : EngineTests(engine);

[Collection(nameof(InProcessEngine))]
public sealed class InProcessEngineTests(InProcessEngine engine) : EngineTests(engine);

[CollectionDefinition(nameof(AzureStorageEngine))]
public sealed class AzureStorageEngineCollection : ICollectionFixture<AzureStorageEngine>;

[NeedsAzurite]
[Collection(nameof(AzureStorageEngine))]
public sealed class AzureStorageEngineTests(AzureStorageEngine engine) : EngineTests(engine);

[Collection(nameof(LocalEngine))]
public sealed class LocalChildTests(LocalEngine engine) : ChildTests(engine);

[Collection(nameof(InProcessEngine))]
public sealed class InProcessChildTests(InProcessEngine engine) : ChildTests(engine);

[NeedsAzurite]
[Collection(nameof(AzureStorageEngine))]
public sealed class AzureStorageChildTests(AzureStorageEngine engine) : ChildTests(engine);

[Collection(nameof(LocalEngine))]
public sealed class LocalRetryTests(LocalEngine engine) : RetryTests(engine);

[Collection(nameof(InProcessEngine))]
public sealed class InProcessRetryTests(InProcessEngine engine) : RetryTests(engine);

[NeedsAzurite]
[Collection(nameof(AzureStorageEngine))]
public sealed class AzureStorageRetryTests(AzureStorageEngine engine) : RetryTests(engine);

public sealed class InMemoryAppTests(InMemoryApp app) : AppTests(app), IClassFixture<InMemoryApp>;

[NeedsAzurite]
public sealed class AzureStorageAppTests(AzureStorageApp app) : AppTests(app), IClassFixture<AzureStorageApp>;
