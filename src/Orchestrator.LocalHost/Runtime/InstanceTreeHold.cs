using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The hold on a root instance and on its sub-orchestrations, which run in one process. It is released with the last of them. Thread-safe.
/// </summary>
/// <param name="rootId">The instance that a client started; the lock is on its id.</param>
internal sealed class InstanceTreeHold(string rootId, IInstanceHold hold)
{
    private readonly Lock _gate = new();
    private int _members = 1;
    private HoldRelease _rootRelease;

    public string RootId { get; } = rootId;

    /// <returns>False when the hold is released already.</returns>
    public bool TryShare()
    {
        lock (_gate)
        {
            if (_members == 0)
            {
                return false;
            }

            _members++;
            return true;
        }
    }

    /// <param name="member">The id of the instance that ends its use.</param>
    /// <param name="how">The state of that instance. Only the latest state of the root counts, because it may have started again.</param>
    public void Release(string member, HoldRelease how)
    {
        lock (_gate)
        {
            if (member == RootId)
            {
                _rootRelease = how;
            }

            if (--_members > 0)
            {
                return;
            }

            switch (_rootRelease)
            {
                case HoldRelease.Unfinished:
                    hold.ReleaseUnfinished();
                    break;
                case HoldRelease.Deleted:
                    hold.DisposeAndDelete();
                    break;
                default:
                    hold.Dispose();
                    break;
            }
        }
    }
}

/// <summary>The state in which an instance is released.</summary>
internal enum HoldRelease
{
    /// <summary>It has ended, is refused, or does not exist.</summary>
    Ended,

    /// <summary>It is unfinished and could not be read; it continues later, here or in another process.</summary>
    Unfinished,

    /// <summary>Its histories were deleted.</summary>
    Deleted,
}
